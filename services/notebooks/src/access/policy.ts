import {
  covers,
  expandScopes,
  intersectScopes,
  isCovered,
  parseScope,
  reachOf,
} from '@vre/protocol-jupyterhub';
import type { Account } from '../accounts/account.ts';
import type { Caller } from './caller.ts';

/** Everything that administrators may do to people who are not they: not to enter their servers. */
const administratorScopes = [
  'admin-ui',
  'list:users',
  'read:users',
  'read:roles',
  'users:activity',
  'servers',
  'tokens',
  'read:groups',
  'list:groups',
  'list:services',
  'read:services',
  'read:hub',
  'read:metrics',
  'proxy',
] as const;

/** Members of any of these groups administer the hub; a leading slash makes no difference. */
export function isAdministrator(account: Pick<Account, 'groups'>, groups: readonly string[]): boolean {
  const bare = (group: string) => group.replace(/^\//, '');
  const wanted = new Set(groups.map(bare));
  return account.groups.some((group) => wanted.has(bare(group)));
}

/** What a person may do, by whatever they come. */
export function scopesOfPerson(account: Pick<Account, 'name'>, administrator: boolean): ReadonlySet<string> {
  const scopes = ['self', 'access:services', 'list:services', ...(administrator ? administratorScopes : [])];
  return expandScopes(scopes, { user: account.name });
}

/**
 * What a browser's session may do: a script in somebody's own notebook acts with it too, for as long as the page is
 * open. It makes no token that would outlive the page, and administers nothing; the portal does that with tokens.
 */
export function scopesOfSession(account: Pick<Account, 'name'>): ReadonlySet<string> {
  return new Set([...scopesOfPerson(account, false)].filter((scope) => !/^tokens(!|$)/.test(scope)));
}

/** What a token may do: never more than its owner may now. */
export function scopesOfToken(
  token: { readonly scopes: readonly string[] },
  account: Pick<Account, 'name'>,
  serverName: string | undefined,
  administrator: boolean,
): ReadonlySet<string> {
  const owner = scopesOfPerson(account, administrator);
  const server = serverName === undefined ? undefined : `${account.name}/${serverName}`;
  return intersectScopes(expandScopes(token.scopes, { user: account.name, server }, owner), owner);
}

/** Role names of a person, as the user model shows them. */
export const rolesOf = (administrator: boolean): readonly string[] =>
  administrator ? ['admin', 'user'] : ['user'];

type Person = Pick<Account, 'name' | 'groups'>;
export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly hidden: boolean };

const allowed: Decision = { allowed: true };

/**
 * May the caller do `scope` to a person, or to one of their servers? A refusal is `hidden` when the caller may not
 * even know that the person exists: it must look like a name that nobody has.
 */
export function decideOnPerson(caller: Caller, scope: string, person: Person, serverName?: string): Decision {
  const resource =
    serverName === undefined
      ? ({ kind: 'user', user: person.name, groups: person.groups } as const)
      : ({ kind: 'server', user: person.name, server: serverName, groups: person.groups } as const);
  return covers(caller.scopes, scope, resource)
    ? allowed
    : { allowed: false, hidden: !maySee(caller, person) };
}

/** Does any scope of the caller reach this person? */
export const maySee = (caller: Caller, person: Person): boolean =>
  person.name === caller.account.name ||
  covers(caller.scopes, 'read:users:name', { kind: 'user', user: person.name, groups: person.groups });

/** May the caller do `scope` at all, to whomever? For lists, which are filtered afterwards. */
export const mayAnywhere = (caller: Caller, scope: string): boolean => {
  const { everywhere, filters } = reachOf(caller.scopes, scope);
  return everywhere || filters.length > 0;
};

/**
 * May the caller enter a server? Only its owner does, until servers can be shared. Where there is no server (empty ids),
 * the person whose path it is may know so.
 */
export function mayEnter(
  caller: Caller,
  server: {
    readonly id: string;
    readonly accountId: string;
    readonly accountName: string;
    readonly name: string;
  },
): boolean {
  return (
    caller.account.name === server.accountName &&
    (server.id === '' || caller.account.id === server.accountId) &&
    (caller.serverId === undefined || caller.serverId === server.id) &&
    covers(caller.scopes, 'access:servers', {
      kind: 'server',
      user: server.accountName,
      server: server.name,
    })
  );
}

/**
 * Scopes that a new token of `owner` gets: those asked for, if the caller has them all; everything that the caller
 * passes on when none were asked for. The first scope that is unknown or too much is named otherwise.
 */
export function scopesOfNewToken(
  caller: Caller,
  owner: { readonly account: Pick<Account, 'name'>; readonly administrator: boolean },
  asked: readonly string[] | undefined,
): { readonly scopes: readonly string[] } | { readonly unknown: string } | { readonly beyond: string } {
  const ownerScopes = scopesOfPerson(owner.account, owner.administrator);
  const full = [...ownerScopes].every((scope) => isCovered(scope, caller.scopes));
  if (asked === undefined) {
    if (full) return { scopes: ['inherit'] };
    return { scopes: [...intersectScopes(caller.scopes, ownerScopes)].sort() };
  }
  for (const scope of asked) {
    if (parseScope(scope) === undefined) return { unknown: scope };
    if (scope === 'inherit') {
      if (!full) return { beyond: scope };
      continue;
    }
    const expanded = expandScopes([scope], { user: owner.account.name });
    const within = [...expanded].every(
      (inner) => isCovered(inner, caller.scopes) && isCovered(inner, ownerScopes),
    );
    if (expanded.size === 0 || !within) return { beyond: scope };
  }
  return { scopes: asked };
}
