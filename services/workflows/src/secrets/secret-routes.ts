import { messages, ReanaError, secretsBodySchema, wireBoolean } from '@vre/protocol-reana';
import type { ServiceContext } from '@vre/service';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Authenticator } from '../authentication/authenticator.ts';
import { deleteSecrets, listSecrets, saveSecret } from './secret-store.ts';

/** Secrets of a person, given to every job: variables and files. */
export function secretRoutes(
  app: FastifyInstance,
  context: ServiceContext,
  authenticator: Authenticator,
): void {
  app.get('/api/secrets', async (request) => {
    const { account } = await authenticator.caller(request);
    const secrets = await listSecrets(context.database.direct, account.id);
    return secrets.map(({ name, kind }) => ({ name, type: kind }));
  });

  app.post('/api/secrets', async (request, reply) => {
    const { account } = await authenticator.caller(request);
    const overwrite = wireBoolean.parse((request.query as { overwrite?: string }).overwrite ?? 'false');
    const secrets = Object.entries(secretsBodySchema.parse(request.body));
    for (const [name, { type }] of secrets) {
      const fine =
        type === 'env' ? /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) : /^(?!\.{1,2}$)[\w.-]{1,200}$/.test(name);
      if (!fine)
        throw new ReanaError(
          400,
          `"${name}" cannot be the name of ${type === 'env' ? 'a variable' : 'a file'}.`,
        );
    }
    await context.database.transaction(async (transaction) => {
      const known = new Set((await listSecrets(transaction, account.id)).map(({ name }) => name));
      const taken = secrets.find(([name]) => known.has(name));
      if (taken && !overwrite) throw new ReanaError(409, messages.secretExists(taken[0]));
      for (const [name, { type, value }] of secrets) {
        await saveSecret(
          transaction,
          context.secrets,
          account.id,
          { name, kind: type, value },
          context.clock.now(),
        );
      }
    });
    return reply.code(201).send({ message: messages.secretsAdded });
  });

  app.delete('/api/secrets', async (request, reply) => {
    const { account } = await authenticator.caller(request);
    const names = z.array(z.string()).parse(request.body ?? []);
    const known = new Set((await listSecrets(context.database.direct, account.id)).map(({ name }) => name));
    const missing = names.filter((name) => !known.has(name));
    // The body of this 404 is an array, as clients expect it.
    if (missing.length > 0) return reply.code(404).send(missing);
    return deleteSecrets(context.database.direct, account.id, names);
  });
}
