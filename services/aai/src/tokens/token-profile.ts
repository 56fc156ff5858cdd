import { audiences as platformAudiences } from '@vre/service';
import type { Account } from '../accounts/account.ts';
import type { Membership } from '../groups/group-store.ts';
import { splitAudiences } from './audience.ts';
import { type AudienceKinds, groupsClaim, tokenScopes } from './policy.ts';

/** What is known when an access token is about to be signed. */
export type TokenFacts = {
  /** Blank-separated scopes as granted. */
  readonly scope: string;
  /** Blank-separated audiences. */
  readonly audience: string;
  readonly audienceKinds: AudienceKinds;
  readonly issuedAt: number;
  readonly person: { readonly account: Account; readonly memberships: readonly Membership[] } | undefined;
  readonly authTime: number | undefined;
  readonly amr: readonly string[] | undefined;
};

/** Services that need no userinfo call because the name is in the token. */
const namedAudiences: ReadonlySet<string> = new Set(Object.values(platformAudiences));

/** Claims of an access token in the WLCG common JWT profile, besides those every JWT has. `undefined` means absent. */
export function wlcgClaims(facts: TokenFacts): Readonly<Record<string, unknown>> {
  const audiences = splitAudiences(facts.audience);
  const granted = facts.scope.split(' ').filter((scope) => scope !== '');
  const { person } = facts;
  const scopes = tokenScopes(
    granted,
    audiences,
    facts.audienceKinds,
    person && {
      username: person.account.username,
      groups: person.memberships.map((membership) => membership.path),
    },
  );
  return {
    'wlcg.ver': '1.0',
    nbf: facts.issuedAt - 60,
    aud: audiences.length === 1 ? audiences[0] : audiences,
    scope: scopes.length === 0 ? undefined : scopes.join(' '),
    'wlcg.groups': person ? groupsClaim(granted, person.memberships) : undefined,
    preferred_username:
      person && audiences.some((audience) => namedAudiences.has(audience))
        ? person.account.username
        : undefined,
    auth_time: facts.authTime,
    amr: facts.amr,
  };
}

/** Claims of ID token and userinfo; which of them are shown depends on the scopes (see `claimsByScope`). */
export function identityClaims(
  account: Account,
  memberships: readonly Membership[],
  scopes: readonly string[],
): Readonly<Record<string, unknown>> {
  const shown =
    groupsClaim(scopes.includes('wlcg.groups') ? scopes : [...scopes, 'wlcg.groups'], memberships) ?? [];
  return {
    sub: account.id,
    preferred_username: account.username,
    name: account.name ?? account.username,
    ...(account.email === null ? {} : { email: account.email, email_verified: account.emailVerified }),
    // The form without leading slash is what clients made for INDIGO IAM read.
    groups: shown.map((group) => group.slice(1)),
    'wlcg.groups': shown,
  };
}

/** OpenID Connect Core §5.4, with the groups claims of the field. */
export const claimsByScope: Readonly<Record<string, readonly string[]>> = {
  openid: ['sub'],
  profile: ['name', 'preferred_username', 'groups'],
  email: ['email', 'email_verified'],
  'wlcg.groups': ['wlcg.groups'],
};

/** Keeps the claims that the scopes allow. */
export function claimsFor(
  claims: Readonly<Record<string, unknown>>,
  scopes: Iterable<string>,
): Readonly<Record<string, unknown>> {
  const allowed = new Set([...scopes].flatMap((scope) => claimsByScope[scope] ?? []));
  return Object.fromEntries(Object.entries(claims).filter(([claim]) => allowed.has(claim)));
}
