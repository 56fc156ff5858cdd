import { HubError, messages, reachOf } from '@vre/protocol-jupyterhub';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Caller } from '../access/caller.ts';
import { mayAnywhere } from '../access/policy.ts';
import type { Account } from '../accounts/account.ts';
import type { HubParts } from './hub-parts.ts';
import { defaultLimit, largestLimit, pageOf, paginationType } from './paging.ts';
import { listUsers } from './user-list-store.ts';
import { userModelOf } from './user-model.ts';

const flag = z
  .enum(['', '0', '1', 'true', 'false', 'yes', 'no'])
  .optional()
  .transform((text) => text !== undefined && !['0', 'false', 'no'].includes(text));
const listQuery = z.looseObject({
  state: z.enum(['active', 'ready', 'inactive']).optional(),
  name_filter: z.string().max(200).optional(),
  sort: z
    .string()
    .regex(
      /^-?(id|name|last_activity)$/,
      'sort by id, name or last_activity, with a - before it to turn it around',
    )
    .default('id'),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).default(defaultLimit),
  include_stopped_servers: flag,
});
const oneQuery = z.looseObject({ include_stopped_servers: flag });
type PersonRequest = FastifyRequest<{ Params: { user: string } }>;

const comeBySigningIn =
  'People come and go at the sign-in service: an account appears here when somebody signs in, with the name and groups that it has there.';

/** `/user`, `/users` and `/users/{user}`. */
export function userRoutes(app: FastifyInstance, parts: HubParts): void {
  const { context, authenticator, people, read, settings } = parts;
  const { database, addresses } = context;

  async function models(caller: Caller, accounts: readonly Account[], includeStopped: boolean) {
    const servers = await read.of(accounts.map(({ id }) => id));
    return accounts.map((account) =>
      userModelOf(
        caller,
        account,
        servers.filter(({ accountId }) => accountId === account.id),
        settings,
        includeStopped,
      ),
    );
  }

  app.get('/user', async (request) => {
    const caller = await authenticator.caller(request);
    const { include_stopped_servers: includeStopped } = oneQuery.parse(request.query);
    const [model] = await models(caller, [caller.account], includeStopped);
    return {
      ...model,
      scopes: [...caller.scopes].sort(),
      session_id: caller.sessionId ?? null,
      token_id: caller.tokenId ?? null,
    };
  });

  app.get('/users', async (request, reply) => {
    const caller = await authenticator.caller(request);
    if (!mayAnywhere(caller, 'list:users')) throw new HubError(403, messages.actionNotAuthorized);
    const query = listQuery.parse(request.query);
    const { everywhere, filters } = reachOf(caller.scopes, 'list:users');
    const named = (kind: 'user' | 'group') =>
      filters.filter((filter) => filter.kind === kind).map(({ value }) => value);
    const paged = (request.headers.accept ?? '').includes(paginationType);
    const page = { offset: query.offset, limit: Math.min(query.limit, largestLimit) };
    const { total, accounts } = await listUsers(
      database.direct,
      {
        everywhere,
        users: named('user'),
        groups: named('group'),
        state: query.state,
        nameFilter: query.name_filter,
      },
      {
        by: query.sort.replace('-', '') as 'id' | 'name' | 'last_activity', // the expression admits no other
        descending: query.sort.startsWith('-'),
      },
      page,
    );
    const items = await models(caller, accounts, query.include_stopped_servers);
    if (!paged) return items;
    // Asked for by its own media type, and yet answered as plain JSON: as JupyterHub does.
    return reply.send(pageOf(items, { ...page, total }, new URL(request.url, addresses.notebooks)));
  });

  app.get('/users/:user', async (request: PersonRequest) => {
    const caller = await authenticator.caller(request);
    const account = await people.find(caller, 'read:users:name', request.params.user);
    const { include_stopped_servers: includeStopped } = oneQuery.parse(request.query);
    const [model] = await models(caller, [account], includeStopped);
    return model;
  });

  for (const [method, url] of [
    ['POST', '/users'],
    ['POST', '/users/:user'],
    ['PATCH', '/users/:user'],
    ['DELETE', '/users/:user'],
  ] as const)
    app.route({
      method,
      url,
      handler: async (request) => {
        const caller = await authenticator.caller(request);
        if (!caller.administrator) throw new HubError(403, messages.actionNotAuthorized);
        throw new HubError(405, comeBySigningIn);
      },
    });
}
