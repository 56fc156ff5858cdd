import { lakeCapabilitySet } from '@vre/service';
import type { ClientDeclaration } from '../clients/client.ts';
import { lakeCapabilities } from './capability-set.ts';
import { covers, isStorageScope, parseStorageScope } from './storage-scope.ts';

/** The answer and, for the log and the client, why. */
export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

/** What the policy knows about the platform: which audiences belong to the data lake. */
export type AudienceKinds = { readonly lake: readonly string[] };

/** The person behind a token, as far as the policy cares. */
export type PolicyPerson = { readonly username: string; readonly groups: readonly string[] };

/** Scopes that say who somebody is; they may go to every audience. */
const identityScopes = new Set(['openid', 'profile', 'email', 'wlcg', 'wlcg:1.0']);
const groupScope = 'wlcg.groups';

const isGroupScope = (scope: string) => scope === groupScope || scope.startsWith(`${groupScope}:/`);

/** May this client have tokens for these audiences? All of them or none. */
export function decideAudiences(client: ClientDeclaration, audiences: readonly string[]): Decision {
  if (audiences.length === 0) return { allowed: false, reason: 'no audience was named' };
  const foreign = audiences.find((audience) => !client.audiences.includes(audience));
  return foreign === undefined
    ? { allowed: true }
    : {
        allowed: false,
        reason: `client ${client.id} may not have tokens for the audience ${foreign.slice(0, 200)}`,
      };
}

/** May this client ask for this scope at all, whoever the person is? */
export function mayAskScope(client: ClientDeclaration, scope: string): boolean {
  if (client.scopes.includes(scope)) return true;
  if (isGroupScope(scope)) return client.scopes.includes(groupScope);
  const wanted = parseStorageScope(scope);
  if (!wanted) return false;
  return client.scopes.some((held) => {
    const parsed = parseStorageScope(held);
    return parsed !== undefined && covers(parsed, wanted);
  });
}

/** Of the scopes asked for, those that the client may have; the rest is dropped and the answer says so. */
export const askableScopes = (client: ClientDeclaration, requested: Iterable<string>): readonly string[] =>
  [...new Set(requested)].filter((scope) => mayAskScope(client, scope));

/**
 * The scopes that end in the token, of those granted: for people the capability set becomes what the person is
 * entitled to, storage scopes asked for by name stay within that and go to the data lake only, group scopes of
 * groups she is not in vanish. A service (no person) keeps the storage scopes of its own declaration.
 */
export function tokenScopes(
  granted: readonly string[],
  audiences: readonly string[],
  kinds: AudienceKinds,
  person: PolicyPerson | undefined,
): readonly string[] {
  if (!person) return granted.filter(isStorageScope);
  const forLake = audiences.some((audience) => kinds.lake.includes(audience));
  const entitled = forLake ? lakeCapabilities(person) : [];
  const held = entitled.map(parseStorageScope);
  const scopes = granted.flatMap((scope) => {
    if (identityScopes.has(scope) || scope === groupScope) return [scope];
    if (scope === lakeCapabilitySet) return entitled;
    if (isGroupScope(scope)) return person.groups.includes(scope.slice(groupScope.length + 1)) ? [scope] : [];
    const wanted = parseStorageScope(scope);
    return wanted && held.some((own) => own !== undefined && covers(own, wanted)) ? [scope] : [];
  });
  return [...new Set(scopes)];
}

/**
 * The `wlcg.groups` claim: groups asked for by name first, in that order, then the default (not optional) ones.
 * `undefined` when no group scope was granted. At most `most`, because tokens travel in headers and columns.
 */
export function groupsClaim(
  granted: readonly string[],
  memberships: readonly { readonly path: string; readonly optional: boolean }[],
  most = 50,
): readonly string[] | undefined {
  const asked = granted.filter(isGroupScope);
  if (asked.length === 0) return undefined;
  const paths = new Set(memberships.map((membership) => membership.path));
  const named = asked
    .filter((scope) => scope !== groupScope)
    .map((scope) => scope.slice(groupScope.length + 1))
    .filter((path) => paths.has(path));
  const usual = memberships.filter((membership) => !membership.optional).map((membership) => membership.path);
  return [...new Set([...named, ...usual])].slice(0, most);
}
