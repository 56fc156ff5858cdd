import { covers, type ServerModel, type UserModel } from '@vre/protocol-jupyterhub';
import type { Caller } from '../access/caller.ts';
import { isAdministrator, rolesOf } from '../access/policy.ts';
import type { Account } from '../accounts/account.ts';
import type { Server } from '../servers/server.ts';
import { isActive, pendingActionOf, type ServerTimes, serverModelOf } from './server-model.ts';

export type ModelSettings = {
  readonly hub: string;
  readonly times: ServerTimes;
  readonly administratorGroups: readonly string[];
};

/** Fields that a scope on a person shows, besides kind and name. */
const shownBy = {
  'read:users': ['admin', 'roles', 'groups', 'server', 'pending', 'created', 'last_activity'],
  'read:users:name': ['admin'],
  'read:users:groups': ['groups'],
  'read:users:activity': ['last_activity'],
  'read:roles:users': ['admin', 'roles'],
} as const satisfies Readonly<Record<string, readonly (keyof UserModel)[]>>;

/** A person as the caller may see them. Servers that do not run are shown when asked for. */
export function userModelOf(
  caller: Caller,
  account: Account,
  servers: readonly Server[],
  settings: ModelSettings,
  includeStopped: boolean,
): UserModel {
  const { name, groups } = account;
  const person = { kind: 'user', user: name, groups } as const;
  const administrator = isAdministrator(account, settings.administratorGroups);
  const byDefault = servers.find((server) => server.name === '');
  const all: Omit<UserModel, 'kind' | 'name' | 'servers'> = {
    admin: administrator,
    roles: [...rolesOf(administrator)],
    groups: [...groups],
    server: byDefault?.state === 'ready' ? serverModelOf(byDefault, account, '', settings.times).url : null,
    pending: byDefault === undefined ? null : pendingActionOf(byDefault),
    created: account.createdAt.toISOString(),
    last_activity: account.lastActivityAt?.toISOString() ?? null,
  };
  const shown = new Set<string>();
  for (const [scope, fields] of Object.entries(shownBy))
    if (covers(caller.scopes, scope, person)) for (const field of fields) shown.add(field);
  const readable = servers.filter((server) =>
    covers(caller.scopes, 'read:servers', { kind: 'server', user: name, server: server.name, groups }),
  );
  const models = readable
    .filter((server) => includeStopped || isActive(server))
    .map((server): [string, ServerModel] => [
      server.name,
      serverModelOf(server, account, settings.hub, settings.times),
    ]);
  const seesServers = readable.length > 0 || covers(caller.scopes, 'read:servers', person);
  return {
    kind: 'user',
    name,
    ...Object.fromEntries(Object.entries(all).filter(([field]) => shown.has(field))),
    ...(seesServers ? { servers: Object.fromEntries(models) } : {}),
  };
}
