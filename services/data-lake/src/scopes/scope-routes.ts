import { RucioError, requireName } from '@vre/protocol-rucio';
import type { FastifyInstance } from 'fastify';
import { accountNamed } from '../accounts/account-store.ts';
import type { Lake } from '../lake.ts';
import { requirePermission } from '../policy.ts';
import { sendCreated, sendDone, sendJson } from '../rest/answers.ts';
import { segment } from '../rest/query.ts';
import { callerOf } from '../rest/wire.ts';
import * as store from './scope-store.ts';

/** `/scopes/…` and `/accounts/<account>/scopes/<scope>`. */
export function scopeRoutes(app: FastifyInstance, lake: Lake): void {
  const q = lake.database.direct;

  app.get('/scopes', async (_request, reply) =>
    sendJson(
      reply,
      (await store.allScopes(q)).map(({ scope }) => scope),
    ),
  );
  app.get('/scopes/owner', async (_request, reply) => sendJson(reply, await store.allScopes(q)));
  app.get('/scopes/:account/scopes', async (request, reply) =>
    sendJson(reply, await store.scopesOf(q, (await accountNamed(q, segment(request, 'account'))).id)),
  );
  for (const path of ['/accounts/:account/scopes/:scope', '/scopes/:account/:scope']) {
    app.post(path, async (request, reply) => {
      requirePermission(callerOf(request), { do: 'administrate', what: 'add scopes' });
      const scope = segment(request, 'scope');
      requireName('scope', scope);
      const account = await accountNamed(q, segment(request, 'account'));
      if (!(await store.insertScope(q, scope, account.id, lake.clock.now())))
        throw new RucioError('Duplicate', `Scope ${scope} exists already`);
      return sendCreated(reply);
    });
  }
  app.put('/scopes/:account/:scope', async (request, reply) => {
    const scope = await store.scopeNamed(q, segment(request, 'scope'));
    requirePermission(callerOf(request), { do: 'own scope', ownerId: scope.ownerId });
    const account = await accountNamed(q, segment(request, 'account'));
    await store.giveScope(q, scope.id, account.id, lake.clock.now());
    return sendDone(reply, 201);
  });
}
