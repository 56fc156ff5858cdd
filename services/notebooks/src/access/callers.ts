import { InvalidToken, type TokenVerifier } from '@vre/identity';
import type { ServiceContext } from '@vre/service';
import type { Provisioning } from '../accounts/provisioning.ts';
import type { Sessions } from '../sign-in/sessions.ts';
import { findToken, touchToken } from '../tokens/token-store.ts';
import type { Caller } from './caller.ts';
import type { Credential } from './credential.ts';
import { isAdministrator, scopesOfPerson, scopesOfSession, scopesOfToken } from './policy.ts';
import type { Standing } from './standing.ts';

/** Finds out whose credential it is; `undefined` for one that does not count, with the reason in `why`. */
export interface Callers {
  of(credential: Credential): Promise<Caller | { readonly why: string }>;
}

const touchEveryMilliseconds = 60_000;
const lostStanding = 'The sign-in service no longer lets the hub act for this account: sign in again.';

export function createCallers(
  context: Pick<ServiceContext, 'database' | 'clock'>,
  parts: {
    readonly verifier: TokenVerifier;
    readonly provisioning: Provisioning;
    readonly sessions: Sessions;
    readonly standing: Standing;
    readonly administratorGroups: readonly string[];
  },
): Callers {
  const { database, clock } = context;
  const { verifier, provisioning, sessions, standing, administratorGroups } = parts;

  async function byJwt(value: string): Promise<Caller | { readonly why: string }> {
    try {
      const principal = await verifier.verify(value);
      if (principal.isService) return { why: 'This token is of a service, not of a person.' };
      const account = await provisioning.ofPrincipal(principal, value);
      const administrator = isAdministrator(account, administratorGroups);
      return {
        account,
        by: 'issuer-token',
        administrator,
        scopes: scopesOfPerson(account, administrator),
        tokenId: undefined,
        sessionId: undefined,
        serverId: undefined,
      };
    } catch (error) {
      if (!(error instanceof InvalidToken)) throw error;
      return { why: `${error.message}.` };
    }
  }

  async function byHubToken(value: string): Promise<Caller | { readonly why: string }> {
    const now = clock.now();
    const found = await findToken(database.direct, value, now);
    if (!found) return { why: 'This token is unknown, has expired or was revoked.' };
    const { token, account, serverName } = found;
    if (!(await standing.check(account))) return { why: lostStanding };
    if (!token.lastUsedAt || now.getTime() - token.lastUsedAt.getTime() > touchEveryMilliseconds)
      await touchToken(database.direct, token.id, now);
    const administrator = isAdministrator(account, administratorGroups);
    return {
      account,
      by: 'hub-token',
      administrator,
      scopes: scopesOfToken(token, account, serverName, administrator),
      tokenId: `a${token.id}`,
      sessionId: token.sessionId ?? undefined,
      serverId: token.serverId ?? undefined,
    };
  }

  async function bySession(value: string): Promise<Caller | { readonly why: string }> {
    const session = await sessions.find(value);
    if (!session) return { why: 'This browser is not signed in any more.' };
    const { account } = session;
    if (!(await standing.check(account))) {
      await sessions.endAllOf(account.id);
      return { why: lostStanding };
    }
    return {
      account,
      by: 'session',
      administrator: false,
      scopes: scopesOfSession(account),
      tokenId: undefined,
      sessionId: session.id,
      serverId: undefined,
    };
  }

  return {
    of: ({ kind, value }) => {
      if (kind === 'jwt') return byJwt(value);
      return kind === 'hub-token' ? byHubToken(value) : bySession(value);
    },
  };
}
