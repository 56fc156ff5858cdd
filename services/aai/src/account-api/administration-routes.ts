import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Accounts } from '../accounts/account-service.ts';
import type { Groups } from '../groups/group-service.ts';
import { type ApiCaller, administratorOf } from './api-principal.ts';
import { newAccountSchema } from './new-account-schema.ts';

const pageSchema = z.object({
  after: z.string().max(25).default(''),
  search: z.string().max(100).default(''),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
const groupSchema = z.strictObject({
  path: z.string().max(200),
  description: z.string().max(1000).optional(),
  optional: z.boolean().optional(),
});
const userParameters = z.object({ username: z.string().max(100) });
const groupParameters = z.object({ id: z.uuid() });
const memberParameters = groupParameters.extend({ username: z.string().max(100) });

/** Accounts and groups of everybody, for administrators. */
export function administrationRoutes(
  app: FastifyInstance,
  context: { readonly accounts: Accounts; readonly groups: Groups; readonly caller: ApiCaller },
): void {
  const { accounts, groups } = context;
  const administrator = administratorOf(context.caller);
  app.addHook('preHandler', async (request, reply) => {
    await administrator(request, reply);
  });

  app.get('/users', async (request) => accounts.list(pageSchema.parse(request.query)));
  app.post('/users', async (request, reply) => {
    const { account, oneTimePassword } = await accounts.create(newAccountSchema.parse(request.body));
    return reply.code(201).send({ ...account, oneTimePassword });
  });
  app.post('/users/:username/disable', async (request, reply) => {
    await accounts.disable(userParameters.parse(request.params).username);
    return reply.code(204).send();
  });
  app.post('/users/:username/enable', async (request, reply) => {
    await accounts.enable(userParameters.parse(request.params).username);
    return reply.code(204).send();
  });
  app.post('/users/:username/one-time-password', async (request) => ({
    oneTimePassword: await accounts.resetPassword(userParameters.parse(request.params).username),
  }));

  app.get('/groups', async () => groups.list());
  app.post('/groups', async (request, reply) =>
    reply.code(201).send({ id: await groups.create(groupSchema.parse(request.body)) }),
  );
  app.delete('/groups/:id', async (request, reply) => {
    await groups.remove(groupParameters.parse(request.params).id);
    return reply.code(204).send();
  });
  app.get('/groups/:id/members', async (request) => groups.members(groupParameters.parse(request.params).id));
  app.put('/groups/:id/members/:username', async (request, reply) => {
    const { id, username } = memberParameters.parse(request.params);
    await groups.join(id, username);
    return reply.code(204).send();
  });
  app.delete('/groups/:id/members/:username', async (request, reply) => {
    const { id, username } = memberParameters.parse(request.params);
    await groups.leave(id, username);
    return reply.code(204).send();
  });
}
