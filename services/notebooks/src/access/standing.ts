import { NotConnected, type TokenKeeper, type TokenVerifier } from '@vre/identity';
import { audiences, type Clock } from '@vre/service';
import type { Account } from '../accounts/account.ts';
import type { Provisioning } from '../accounts/provisioning.ts';

/** Hub tokens and sessions live long, accounts are disabled: does the issuer still give tokens for a person? */
export interface Standing {
  /** False when the issuer refuses. An issuer that is away says nothing about the account. */
  check(account: Account): Promise<boolean>;
  /** The person just signed in. */
  confirm(accountId: string): void;
}

/** As long as an access token lives: so long may somebody act who was disabled at the sign-in service. */
const keptMilliseconds = 15 * 60_000;
const keptAtMost = 10_000;

export function createStanding(parts: {
  readonly keeper: Pick<TokenKeeper, 'has' | 'accessToken'>;
  readonly verifier: Pick<TokenVerifier, 'verify'>;
  readonly provisioning: Provisioning;
  readonly clock: Clock;
}): Standing {
  const { keeper, verifier, provisioning, clock } = parts;
  const good = new Map<string, number>();
  const asking = new Map<string, Promise<boolean>>();

  const confirm = (accountId: string): void => {
    if (good.size > keptAtMost) good.clear();
    good.set(accountId, clock.now().getTime() + keptMilliseconds);
  };

  async function ask(account: Account): Promise<boolean> {
    try {
      if (await keeper.has(account)) {
        const { token } = await keeper.accessToken(account, {
          audience: audiences.notebooks,
          scope: 'openid profile email wlcg.groups',
        });
        // The token tells the groups of today; what they do not tell stays as it was.
        const principal = await verifier.verify(token).catch(() => undefined);
        if (principal?.subject === account.subject) await provisioning.ofPrincipal(principal, token);
      }
    } catch (error) {
      if (error instanceof NotConnected) return false;
      // Asked again at the next request, which must not wait for an issuer that is away either.
      return true;
    }
    confirm(account.id);
    return true;
  }

  return {
    confirm,
    check: async (account) => {
      if ((good.get(account.id) ?? 0) > clock.now().getTime()) return true;
      const running = asking.get(account.id);
      if (running) return running;
      const asked = ask(account).finally(() => asking.delete(account.id));
      asking.set(account.id, asked);
      return asked;
    },
  };
}
