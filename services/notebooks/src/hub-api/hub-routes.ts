import { streamOutbox } from '@vre/http-server';
import { covers, HubError, hubApiVersion, messages } from '@vre/protocol-jupyterhub';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authenticator } from '../access/authenticator.ts';
import { mayAnywhere } from '../access/policy.ts';
import { serverPrefix } from '../servers/server.ts';
import type { Sessions } from '../sign-in/sessions.ts';
import type { HubParts } from './hub-parts.ts';
import { listGroups, listRoutes } from './user-list-store.ts';

/** What is not about a single person: the hub itself, groups, services, routes. */
export function hubRoutes(app: FastifyInstance, parts: HubParts): void {
  const { authenticator, context } = parts;
  const { database, addresses } = context;

  async function require(request: FastifyRequest, scope: string) {
    const caller = await authenticator.caller(request);
    if (!mayAnywhere(caller, scope))
      throw new HubError(403, `${messages.actionNotAuthorized} This needs ${scope}.`);
    return caller;
  }

  app.get('/', async (_request, reply) => {
    reply.header('access-control-allow-origin', '*');
    return { version: hubApiVersion };
  });

  app.get('/info', async (request) => {
    await require(request, 'read:hub');
    return {
      version: hubApiVersion,
      python: null,
      sys_executable: null,
      authenticator: { class: 'OpenID Connect', version: addresses.issuer },
      spawner: { class: 'VRE compute back-end', version: null },
    };
  });

  const groupModel = ({ name, users }: { readonly name: string; readonly users: readonly string[] }) => ({
    kind: 'group',
    name,
    roles: [],
    users,
    properties: {},
  });
  app.get('/groups', async (request) => {
    const caller = await require(request, 'list:groups');
    const groups = await listGroups(database.direct);
    return groups
      .filter(({ name }) => covers(caller.scopes, 'list:groups', { kind: 'group', group: name }))
      .map(groupModel);
  });
  app.get('/groups/:group', async (request: FastifyRequest<{ Params: { group: string } }>) => {
    const caller = await authenticator.caller(request);
    const wanted = request.params.group;
    const group = covers(caller.scopes, 'read:groups', { kind: 'group', group: wanted })
      ? (await listGroups(database.direct)).find(({ name }) => name === wanted)
      : undefined;
    if (!group) throw new HubError(404, `No such group: ${wanted}.`);
    return groupModel(group);
  });

  app.get('/services', async (request) => {
    await require(request, 'list:services');
    return {};
  });
  app.get('/services/:service', async (request: FastifyRequest<{ Params: { service: string } }>) => {
    await authenticator.caller(request);
    throw new HubError(404, `No such service: ${request.params.service}.`);
  });

  app.get('/proxy', async (request) => {
    await require(request, 'proxy');
    const routes = await listRoutes(database.direct);
    return Object.fromEntries([
      ['/', { routespec: '/', target: addresses.notebooks, data: { hub: true } }],
      ...routes.map(({ user, server, port, lastActivityAt }) => [
        serverPrefix(user, server),
        {
          routespec: serverPrefix(user, server),
          target: `http://127.0.0.1:${port}`,
          data: { user, server_name: server, last_activity: lastActivityAt?.toISOString() ?? null },
        },
      ]),
    ]);
  });

  for (const url of [
    '/shares',
    '/shares/*',
    '/share-codes/*',
    '/users/:user/shared',
    '/groups/:group/shared',
  ])
    app.all(url, async (request) => {
      await authenticator.caller(request);
      throw new HubError(404, 'Servers cannot be shared here yet: only their owners enter them.');
    });
}

/** `GET /x-events` (ours): what happens to the caller's servers, as server-sent events. */
export function eventRoutes(
  app: FastifyInstance,
  path: string,
  context: Pick<HubParts['context'], 'outbox'>,
  authenticator: Authenticator,
  sessions: Pick<Sessions, 'hold'>,
): void {
  app.get(path, async (request, reply) => {
    const { account, serverId, sessionId } = await authenticator.caller(request);
    if (serverId !== undefined)
      throw new HubError(403, `${messages.actionNotAuthorized} Servers hear nothing about each other.`);
    await streamOutbox(request, reply, context.outbox, {
      accountId: account.subject,
      longestMilliseconds,
      hold: sessionId === undefined ? undefined : (cut) => sessions.hold(sessionId, cut),
    });
  });
}

/** Who follows longer comes back, and shows that they still may. */
const longestMilliseconds = 15 * 60_000;
