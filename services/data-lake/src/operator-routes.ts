import { RucioError, rseSettingsSchema } from '@vre/protocol-rucio';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { accountTypes, addAccount, wordOf } from './accounts/account-service.ts';
import { attributesOf, listAccounts } from './accounts/account-store.ts';
import { mapIdentity, oidcIdentity } from './accounts/identity-store.ts';
import { audit } from './audit.ts';
import type { Lake } from './lake.ts';
import { bodyOf } from './rest/body.ts';
import { addAttribute, addProtocol, addRse } from './rses/rse-service.ts';

const accountSchema = z.strictObject({
  name: z.string(),
  type: z.string().default('USER'),
  email: z.string().nullish(),
  /** Subject at the platform's issuer, to map the person at once. */
  subject: z.string().optional(),
});
const elementSchema = z.strictObject({
  name: z.string(),
  settings: rseSettingsSchema.default({}),
  protocol: z
    .strictObject({
      scheme: z.string(),
      hostname: z.string(),
      port: z.number().int(),
      prefix: z.string(),
      impl: z.string().default('rucio.rse.protocols.webdav.Default'),
    })
    .optional(),
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});

const priorities = { lan: { read: 1, write: 1, delete: 1 }, wan: { read: 1, write: 1, delete: 1 } };

/** What the operator's commands do, on the control socket alone. */
export async function operatorRoutes(app: FastifyInstance, lake: Lake): Promise<void> {
  app.get('/accounts', async () => listAccounts(lake.database.direct, {}));
  app.post('/accounts', async (request, reply) => {
    const body = bodyOf(request, accountSchema);
    const made = await lake.database.transaction(async (transaction) => {
      const id = await addAccount(lake, transaction, {
        name: body.name,
        type: wordOf(accountTypes, body.type, 'type'),
        email: body.email ?? null,
      });
      if (body.subject !== undefined)
        await mapIdentity(
          transaction,
          {
            name: oidcIdentity(body.subject, lake.addresses.issuer),
            type: 'OIDC',
            email: body.email ?? null,
            passwordHash: null,
          },
          id,
          true,
          lake.clock.now(),
        );
      return { account: body.name, attributes: await attributesOf(transaction, id) };
    });
    return reply.code(201).send(made);
  });
  app.get('/rses', async () =>
    (await lake.rses.all()).map(({ name, type, writable, readable }) => ({ name, type, readable, writable })),
  );
  app.post('/rses', async (request, reply) => {
    const body = bodyOf(request, elementSchema);
    await addRse(lake, body.name, body.settings);
    const rse = await lake.rses.named(body.name);
    if (body.protocol)
      await addProtocol(lake.database.direct, rse, body.protocol.scheme, {
        ...body.protocol,
        domains: priorities,
      });
    lake.rses.forget();
    for (const [key, value] of Object.entries(body.attributes))
      await addAttribute(lake, body.name, key, value);
    return reply.code(201).send({ rse: body.name });
  });
  app.get('/audit', async (request) => audit(lake, (request.query as { deep?: string }).deep === 'true'));
  app.setErrorHandler((error, _request, reply) => {
    const status = error instanceof RucioError ? error.statusCode : 500;
    return reply.code(status).send({ error: error instanceof Error ? error.message : String(error) });
  });
}
