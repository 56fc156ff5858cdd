import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { AccountError } from '../accounts/account.ts';
import type { Accounts } from '../accounts/account-service.ts';
import type { ClientDeclaration } from '../clients/client.ts';
import type { Groups } from '../groups/group-service.ts';
import type { AttemptLimiter } from '../login-limits/attempt-limiter.ts';
import type { ApiCaller } from './api-principal.ts';
import type { OpenSessions } from './open-sessions.ts';

const profileSchema = z.strictObject({
  name: z.string().trim().min(1).max(200).nullable(),
  email: z.email().max(254).nullable(),
});
const passwordSchema = z.strictObject({
  currentPassword: z.string().max(1024),
  newPassword: z.string().max(1024),
  signOutEverywhere: z.boolean().default(true),
});

export type OwnAccountContext = {
  readonly accounts: Accounts;
  readonly groups: Groups;
  readonly openSessions: OpenSessions;
  readonly clients: ReadonlyMap<string, ClientDeclaration>;
  readonly limiter: AttemptLimiter;
  readonly perAccount: number;
  readonly caller: ApiCaller;
  endEverything(accountId: string): Promise<void>;
};

/** What a person sees and changes of her own account. */
export function ownAccountRoutes(app: FastifyInstance, context: OwnAccountContext): void {
  const { accounts, openSessions, caller } = context;

  app.get('/me', async (request, reply) => {
    const account = await caller(request, reply);
    const memberships = await context.groups.of(account.id);
    const { state: _, ...shown } = account;
    return { ...shown, groups: memberships.map((membership) => membership.path) };
  });
  app.put('/me', async (request, reply) => {
    const account = await caller(request, reply);
    await accounts.changeProfile(account, profileSchema.parse(request.body));
    return reply.code(204).send();
  });
  app.post('/password', async (request, reply) => {
    const account = await caller(request, reply);
    const form = passwordSchema.parse(request.body);
    const key = { kind: 'account', value: account.username, limit: context.perAccount } as const;
    if ((await context.limiter.attempt([key])) > 0) {
      throw new AccountError(429, 'Too many attempts; try again in a quarter of an hour.');
    }
    if (!(await accounts.authenticate(account.username, form.currentPassword))) {
      throw new AccountError(403, 'The present password is wrong.');
    }
    await context.limiter.succeeded([key], ['account']);
    await accounts.choosePassword(account, form.newPassword);
    if (form.signOutEverywhere) await context.endEverything(account.id);
    return reply.code(204).send();
  });
  app.get('/sessions', async (request, reply) => openSessions.sessions((await caller(request, reply)).id));
  app.delete('/sessions/:id', async (request, reply) => {
    const account = await caller(request, reply);
    const { id } = request.params as { id: string };
    if (!(await openSessions.endSession(account.id, id)))
      throw new AccountError(404, 'There is no such session.');
    return reply.code(204).send();
  });
  app.get('/applications', async (request, reply) => {
    const applications = await openSessions.applications((await caller(request, reply)).id);
    return applications.map((application) => ({
      ...application,
      name: context.clients.get(application.clientId)?.name ?? application.clientId,
    }));
  });
  app.delete('/applications/:clientId', async (request, reply) => {
    const account = await caller(request, reply);
    const { clientId } = request.params as { clientId: string };
    if (!(await openSessions.endApplication(account.id, clientId))) {
      throw new AccountError(404, 'This application has no access to your account.');
    }
    return reply.code(204).send();
  });
}
