/**
 * Scopes of the hub: `resource[:subresource][!filter[=value]]`.
 * @see https://jupyterhub.readthedocs.io/en/stable/rbac/scopes.html
 */

/** What a scope is limited to. A server is named `user/server`, the default server `user/`. */
export type ScopeFilter = { readonly kind: 'user' | 'group' | 'server' | 'service'; readonly value: string };

/** A scope taken apart; without a filter it holds everywhere. */
export type Scope = { readonly name: string; readonly filter: ScopeFilter | undefined };

/** What somebody wants to act on. A server belongs to its user, a user to their groups. */
export type ScopeResource =
  | { readonly kind: 'user'; readonly user: string; readonly groups?: readonly string[] }
  | {
      readonly kind: 'server';
      readonly user: string;
      readonly server: string;
      readonly groups?: readonly string[];
    }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'service'; readonly service: string }
  | { readonly kind: 'everything' };

/** Every scope with those that it contains at once. */
export const scopeHierarchy = {
  'admin-ui': [],
  'admin:users': ['admin:auth_state', 'users', 'read:roles:users', 'delete:users'],
  'admin:auth_state': [],
  users: ['read:users', 'list:users', 'users:activity'],
  'delete:users': [],
  'list:users': ['read:users:name'],
  'read:users': ['read:users:name', 'read:users:groups', 'read:users:activity'],
  'read:users:name': [],
  'read:users:groups': [],
  'read:users:activity': [],
  'read:roles': ['read:roles:users', 'read:roles:services', 'read:roles:groups'],
  'read:roles:users': [],
  'read:roles:services': [],
  'read:roles:groups': [],
  'users:activity': ['read:users:activity'],
  'admin:servers': ['admin:server_state', 'servers'],
  'admin:server_state': [],
  servers: ['read:servers', 'start:servers', 'delete:servers'],
  'read:servers': ['read:users:name'],
  'start:servers': [],
  'delete:servers': [],
  tokens: ['read:tokens'],
  'read:tokens': [],
  'admin:groups': ['groups', 'read:roles:groups', 'delete:groups'],
  groups: ['read:groups', 'list:groups'],
  'delete:groups': [],
  'list:groups': ['read:groups:name'],
  'read:groups': ['read:groups:name'],
  'read:groups:name': [],
  'admin:services': ['list:services', 'read:services', 'read:roles:services'],
  'list:services': ['read:services:name'],
  'read:services': ['read:services:name'],
  'read:services:name': [],
  'read:hub': [],
  'access:servers': [],
  'access:services': [],
  shares: ['access:servers', 'read:shares', 'users:shares', 'groups:shares'],
  'read:shares': [],
  'users:shares': ['read:users:shares'],
  'read:users:shares': [],
  'groups:shares': ['read:groups:shares'],
  'read:groups:shares': [],
  proxy: [],
  shutdown: [],
  'read:metrics': [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

const containedAtOnce: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(scopeHierarchy));

/** Scopes without a filter that stand for what their owner may do. */
const wholeOwner = ['self', 'inherit'];

/** What `self` stands for: everything that is a person's own. */
const selfScopes = [
  'read:users',
  'users:activity',
  'servers',
  'tokens',
  'access:servers',
  'read:shares',
  'read:users:shares',
];

const form = /^([a-z][a-z:_-]*)(?:!(user|group|server|service)(?:=(.+))?)?$/;

/** A scope whose `!user`, `!server` and so on may still lack its value; `undefined` for what is no scope. */
export function parseScope(
  text: string,
): { readonly name: string; readonly kind?: ScopeFilter['kind']; readonly value?: string } | undefined {
  const [, name, kind, value] = form.exec(text) ?? [];
  if (name === undefined) return undefined;
  if (!containedAtOnce.has(name) && !wholeOwner.includes(name)) return undefined;
  if (wholeOwner.includes(name) && kind !== undefined) return undefined;
  return {
    name,
    // The expression admits no other word.
    ...(kind === undefined ? {} : { kind: kind as ScopeFilter['kind'] }),
    ...(value === undefined ? {} : { value }),
  };
}

export const formatScope = ({ name, filter }: Scope): string =>
  filter === undefined ? name : `${name}!${filter.kind}=${filter.value}`;

/** A scope and every one that it contains, by name. */
export function containedScopes(name: string): ReadonlySet<string> {
  const found = new Set<string>([name]);
  for (const next of found) for (const inner of containedAtOnce.get(next) ?? []) found.add(inner);
  return found;
}

/**
 * Scopes with everything that they contain and every filter's value, as {@link covers} reads them. `self` and `!user`
 * mean `owner`; `inherit` means `inherited` and must be given where it may stand. What is no scope is dropped.
 */
export function expandScopes(
  scopes: Iterable<string>,
  owner: { readonly user: string; readonly server?: string | undefined },
  inherited: ReadonlySet<string> = new Set(),
): ReadonlySet<string> {
  const expanded = new Set<string>();
  const own: ScopeFilter = { kind: 'user', value: owner.user };
  const add = (name: string, filter: ScopeFilter | undefined): void => {
    for (const inner of containedScopes(name)) expanded.add(formatScope({ name: inner, filter }));
  };
  for (const text of scopes) {
    const scope = parseScope(text);
    if (scope === undefined) continue;
    if (scope.name === 'self') for (const name of selfScopes) add(name, own);
    else if (scope.name === 'inherit') for (const name of inherited) expanded.add(name);
    else if (scope.kind === undefined) add(scope.name, undefined);
    else if (scope.value !== undefined) add(scope.name, { kind: scope.kind, value: scope.value });
    else if (scope.kind === 'user') add(scope.name, own);
    else if (scope.kind === 'server' && owner.server !== undefined)
      add(scope.name, { kind: 'server', value: owner.server });
  }
  return expanded;
}

/** Names that a filter may carry for a scope to reach a resource. */
function reachedBy(resource: ScopeResource): readonly string[] {
  switch (resource.kind) {
    case 'everything':
      return [];
    case 'group':
      return [`group=${resource.group}`];
    case 'service':
      return [`service=${resource.service}`];
    case 'user':
      return [`user=${resource.user}`, ...(resource.groups ?? []).map((group) => `group=${group}`)];
    case 'server':
      return [
        `server=${resource.user}/${resource.server}`,
        `user=${resource.user}`,
        ...(resource.groups ?? []).map((group) => `group=${group}`),
      ];
  }
}

/** True when expanded scopes allow `name` on a resource; `everything` needs the scope without a filter. */
export function covers(scopes: ReadonlySet<string>, name: string, resource: ScopeResource): boolean {
  return scopes.has(name) || reachedBy(resource).some((filter) => scopes.has(`${name}!${filter}`));
}

/** Where expanded scopes allow `name`: everywhere, or with which filters. */
export function reachOf(
  scopes: ReadonlySet<string>,
  name: string,
): { readonly everywhere: boolean; readonly filters: readonly ScopeFilter[] } {
  const filters: ScopeFilter[] = [];
  for (const text of scopes) {
    const scope = parseScope(text);
    if (scope?.name === name && scope.kind !== undefined && scope.value !== undefined)
      filters.push({ kind: scope.kind, value: scope.value });
  }
  return { everywhere: scopes.has(name), filters };
}

/** What both sets of expanded scopes allow, filter by filter; a server lies within its user. */
export function intersectScopes(one: ReadonlySet<string>, other: ReadonlySet<string>): ReadonlySet<string> {
  const both = new Set<string>();
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const)
    for (const scope of from) if (isCovered(scope, to)) both.add(scope);
  return both;
}

/** True when an expanded scope allows nothing that expanded `scopes` do not. */
export function isCovered(scope: string, scopes: ReadonlySet<string>): boolean {
  if (scopes.has(scope)) return true;
  const { name, kind, value } = parseScope(scope) ?? {};
  if (name === undefined || kind === undefined) return false;
  if (scopes.has(name)) return true;
  if (kind !== 'server' || value === undefined) return false;
  return scopes.has(`${name}!user=${value.slice(0, value.indexOf('/'))}`);
}
