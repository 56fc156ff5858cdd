import { hash } from '@node-rs/argon2';
import { identitySchema, RucioError } from '@vre/protocol-rucio';
import type { FastifyInstance } from 'fastify';
import type { Lake } from '../lake.ts';
import { requirePermission } from '../policy.ts';
import { sendCreated, sendDone, sendJson, sendRows } from '../rest/answers.ts';
import { bodyOf } from '../rest/body.ts';
import { parameter, segment } from '../rest/query.ts';
import { callerOf } from '../rest/wire.ts';
import { accountNamed } from './account-store.ts';
import { accountsOf, type IdentityType, identitiesOf, mapIdentity, unmapIdentity } from './identity-store.ts';

const types: readonly IdentityType[] = ['X509', 'GSS', 'USERPASS', 'SSH', 'SAML', 'OIDC'];

function typeOf(text: string): IdentityType {
  const found = types.find((type) => type === text.toUpperCase());
  if (found) return found;
  throw new RucioError(
    'IdentityError',
    `An identity is one of ${types.join(', ')}, not ${text.slice(0, 50)}`,
  );
}

/** Identities and the accounts that they may act as. */
export function identityRoutes(app: FastifyInstance, lake: Lake): void {
  const q = lake.database.direct;

  app.get('/accounts/:account/identities', async (request, reply) =>
    sendRows(reply, await identitiesOf(q, (await accountNamed(q, segment(request, 'account'))).id)),
  );
  app.post('/accounts/:account/identities', async (request, reply) => {
    requirePermission(callerOf(request), { do: 'administrate', what: 'map identities to accounts' });
    const body = bodyOf(request, identitySchema);
    const type = typeOf(body.authtype);
    const account = await accountNamed(q, segment(request, 'account'));
    if (type === 'USERPASS')
      throw new RucioError(
        'IdentityError',
        'Password identities are set in the configuration of the data lake (data-lake.userpass); people sign in by OIDC',
      );
    const passwordHash = body.password == null ? null : await hash(body.password);
    const mapped = await mapIdentity(
      q,
      { name: body.identity, type, email: body.email ?? null, passwordHash },
      account.id,
      body.default ?? false,
      lake.clock.now(),
    );
    if (!mapped)
      throw new RucioError(
        'Duplicate',
        `Identity ${body.identity} is mapped to account ${account.name} already`,
      );
    return sendCreated(reply);
  });
  app.delete('/accounts/:account/identities', async (request, reply) => {
    requirePermission(callerOf(request), { do: 'administrate', what: 'map identities to accounts' });
    const body = bodyOf(request, identitySchema);
    const account = await accountNamed(q, segment(request, 'account'));
    if (!(await unmapIdentity(q, body.identity, typeOf(body.authtype), account.id)))
      throw new RucioError(
        'IdentityError',
        `Identity ${body.identity} is not mapped to account ${account.name}`,
        {
          statusCode: 404,
        },
      );
    return sendDone(reply);
  });
  app.get('/identities/accounts', async (request, reply) => {
    const key = parameter(request, 'identity_key');
    if (key === undefined) throw new RucioError('KeyError', "'identity_key' not defined");
    const accounts = await accountsOf(q, key, typeOf(parameter(request, 'type') ?? 'OIDC'));
    return sendJson(
      reply,
      accounts.map(({ account }) => account),
    );
  });
}
