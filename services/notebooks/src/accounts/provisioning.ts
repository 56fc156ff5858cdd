import { isDeepStrictEqual } from 'node:util';
import type { Principal, TokenVerifier } from '@vre/identity';
import type { ServiceContext } from '@vre/service';
import type { Account } from './account.ts';
import { findKnownAccount, type PersonClaims, saveAccount } from './account-store.ts';

const hour = 3_600_000;
const unknownClaims = { username: undefined, fullName: undefined, email: undefined };

/** Makes accounts of people when they first come, and keeps their claims fresh. */
export interface Provisioning {
  /** The account behind a verified token; userinfo is asked at the first one and once an hour. */
  ofPrincipal(principal: Principal, token: string): Promise<Account>;
  /** The account of somebody who just signed in. */
  ofClaims(person: PersonClaims): Promise<Account>;
}

export function createProvisioning(
  context: Pick<ServiceContext, 'database' | 'clock' | 'identifiers' | 'log'>,
  verifier: TokenVerifier,
): Provisioning {
  const { database, clock, identifiers, log } = context;

  async function ofClaims(person: PersonClaims): Promise<Account> {
    const id = identifiers.uuid();
    const account = await saveAccount(database, { ...person, id, now: clock.now() });
    if (account.id === id && account.name !== account.username)
      log.warn(
        { issuer: account.issuer, username: account.username, name: account.name },
        'a username cannot stand in addresses or is taken: the hub knows the person by another name',
      );
    return account;
  }

  return {
    ofClaims,
    ofPrincipal: async (principal, token) => {
      const { issuer, subject } = principal;
      const known = await findKnownAccount(database.direct, issuer, subject);
      // Rights follow the token at once where it tells groups; without the scope their absence says nothing.
      const told = principal.scopes.has('wlcg.groups') ? principal.groups : undefined;
      const age = clock.now().getTime() - (known?.claimsReadAt?.getTime() ?? 0);
      if (known && age < hour) {
        if (told === undefined || isDeepStrictEqual([...told].sort(), [...known.account.groups].sort()))
          return known.account;
        return ofClaims({ ...unknownClaims, issuer, subject, groups: told });
      }
      const claims = await verifier
        .issuer(issuer)
        ?.userInfo(token)
        // A token without `openid`, or an issuer that is away: names can wait, the work cannot.
        .catch(() => undefined);
      return ofClaims({
        issuer,
        subject,
        username: claims?.preferred_username ?? principal.username,
        fullName: claims?.name,
        email: claims?.email,
        groups: told ?? groupsOf(claims),
      });
    },
  };
}

/** Groups as an issuer tells them: `wlcg.groups`, else `groups`; `undefined` when it tells none. */
export function groupsOf(
  claims: Readonly<Record<string, unknown>> | undefined,
): readonly string[] | undefined {
  const groups = claims?.['wlcg.groups'] ?? claims?.['groups'];
  return Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : undefined;
}
