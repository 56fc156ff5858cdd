import type { FastifyInstance } from 'fastify';
import { newAccountSchema } from '../account-api/new-account-schema.ts';
import type { Accounts } from '../accounts/account-service.ts';
import { takeFirstAdministrator } from '../accounts/first-administrator.ts';
import type { Groups } from '../groups/group-service.ts';

/** Actions of the operator on the control socket; whoever reaches it is trusted. */
export function operatorRoutes(
  app: FastifyInstance,
  context: { readonly accounts: Accounts; readonly groups: Groups; readonly dataDirectory: string },
): void {
  const { accounts } = context;
  const username = (params: unknown) => (params as { username: string }).username;

  app.get('/users', async () => accounts.list({ after: '', limit: 10_000, search: '' }));
  app.post('/users', async (request, reply) => {
    const { account, oneTimePassword } = await accounts.create(newAccountSchema.parse(request.body));
    return reply.code(201).send({ username: account.username, id: account.id, oneTimePassword });
  });
  app.post('/users/:username/disable', async (request, reply) => {
    await accounts.disable(username(request.params));
    return reply.code(204).send();
  });
  app.post('/users/:username/enable', async (request, reply) => {
    await accounts.enable(username(request.params));
    return reply.code(204).send();
  });
  app.post('/users/:username/one-time-password', async (request) => ({
    username: username(request.params),
    oneTimePassword: await accounts.resetPassword(username(request.params)),
  }));
  // The password is gone once it was read: a second `vre up` does not show it again.
  app.get('/first-administrator', async (_request, reply) => {
    const first = await takeFirstAdministrator(context.dataDirectory);
    return first ?? reply.code(204).send();
  });
}
