import { bytesLimitSchema, RucioError } from '@vre/protocol-rucio';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Lake } from '../lake.ts';
import { requirePermission } from '../policy.ts';
import { sendCreated, sendDone, sendJson, sendRows } from '../rest/answers.ts';
import { bodyOf } from '../rest/body.ts';
import { segment } from '../rest/query.ts';
import { callerOf } from '../rest/wire.ts';
import { accountNamed } from './account-store.ts';
import * as store from './limit-store.ts';

const infinite = (bytes: number | null): number => bytes ?? Number.POSITIVE_INFINITY;

/** Limits and usage of accounts, per element (`local`) and per expression (`global`). */
export function limitRoutes(app: FastifyInstance, lake: Lake): void {
  const q = lake.database.direct;
  const account = (request: FastifyRequest) => accountNamed(q, segment(request, 'account'));
  const administrate = (request: FastifyRequest) =>
    requirePermission(callerOf(request), { do: 'administrate', what: 'set limits of accounts' });
  const expressionOf = (request: FastifyRequest) => segment(request, 'expression').replaceAll('+', ' ');

  for (const base of ['/accounts/:account/limits', '/accounts/:account/limits/local']) {
    app.get(base, async (request, reply) => {
      const limits = await store.limitsOf(q, (await account(request)).id);
      const named = (await lake.rses.all()).filter(({ id }) => limits.has(id));
      return sendJson(
        reply,
        Object.fromEntries(named.map(({ id, name }) => [name, infinite(limits.get(id) ?? null)])),
      );
    });
  }
  for (const base of ['/accounts/:account/limits/local/:rse', '/accountlimits/local/:account/:rse']) {
    app.get(base, async (request, reply) => {
      const rse = await lake.rses.named(segment(request, 'rse'));
      const limits = await store.limitsOf(q, (await account(request)).id);
      const limit = limits.get(rse.id);
      return sendJson(reply, { [rse.name]: limit === undefined ? null : infinite(limit) });
    });
    app.post(base, async (request, reply) => {
      administrate(request);
      const rse = await lake.rses.named(segment(request, 'rse'));
      await store.setLimit(q, (await account(request)).id, rse.id, bodyOf(request, bytesLimitSchema).bytes);
      return sendCreated(reply);
    });
    app.delete(base, async (request, reply) => {
      administrate(request);
      const rse = await lake.rses.named(segment(request, 'rse'));
      const owner = await account(request);
      if (!(await store.deleteLimit(q, owner.id, rse.id)))
        throw new RucioError('AccountNotFound', `Account ${owner.name} has no limit on ${rse.name}`);
      return sendDone(reply);
    });
  }

  const globalRow = async ({ expression, bytes }: store.GlobalLimit) => {
    const resolved = await lake.rses.matching(expression);
    return {
      resolved_rses: resolved.map(({ name }) => name),
      resolved_rse_ids: resolved.map(({ uuid }) => uuid),
      limit: infinite(bytes),
    };
  };
  app.get('/accounts/:account/limits/global', async (request, reply) => {
    const limits = await store.globalLimitsOf(q, (await account(request)).id);
    const rows = await Promise.all(
      limits.map(async (limit) => [limit.expression, await globalRow(limit)] as const),
    );
    return sendJson(reply, Object.fromEntries(rows));
  });
  app.get('/accounts/:account/limits/global/:expression', async (request, reply) => {
    const wanted = expressionOf(request);
    const limits = await store.globalLimitsOf(q, (await account(request)).id);
    const limit = limits.find(({ expression }) => expression === wanted);
    return sendJson(reply, limit ? { [wanted]: infinite(limit.bytes) } : { [wanted]: null });
  });
  app.post('/accounts/:account/limits/global/:expression', async (request, reply) => {
    administrate(request);
    const expression = expressionOf(request);
    await lake.rses.matching(expression);
    await store.setGlobalLimit(
      q,
      (await account(request)).id,
      expression,
      bodyOf(request, bytesLimitSchema).bytes,
    );
    return sendCreated(reply);
  });
  app.delete('/accounts/:account/limits/global/:expression', async (request, reply) => {
    administrate(request);
    const owner = await account(request);
    if (!(await store.deleteGlobalLimit(q, owner.id, expressionOf(request))))
      throw new RucioError(
        'AccountNotFound',
        `Account ${owner.name} has no limit on ${expressionOf(request)}`,
      );
    return sendDone(reply);
  });

  const localUsage = async (request: FastifyRequest) => {
    const owner = await account(request);
    requirePermission(callerOf(request), { do: 'see usage', accountId: owner.id });
    const wanted = segment(request, 'rse');
    if (wanted !== '') await lake.rses.named(wanted);
    const [limits, usage] = [await store.limitsOf(q, owner.id), await store.usageOf(q, owner.id)];
    return (await lake.rses.all())
      .filter(({ id, name }) => (wanted === '' ? limits.has(id) || usage.has(id) : name === wanted))
      .map(({ id, uuid, name }) => {
        const used = usage.get(id) ?? { bytes: 0, files: 0 };
        const limit = limits.has(id) ? infinite(limits.get(id) ?? null) : 0;
        return {
          rse_id: uuid,
          rse: name,
          bytes: used.bytes,
          files: used.files,
          bytes_limit: limit,
          bytes_remaining: limit - used.bytes,
        };
      });
  };
  for (const path of [
    '/accounts/:account/usage',
    '/accounts/:account/usage/local',
    '/accounts/:account/usage/local/:rse',
  ])
    app.get(path, async (request, reply) => sendRows(reply, await localUsage(request)));

  const globalUsage = async (request: FastifyRequest) => {
    const owner = await account(request);
    requirePermission(callerOf(request), { do: 'see usage', accountId: owner.id });
    const wanted = expressionOf(request);
    const usage = await store.usageOf(q, owner.id);
    const limits = await store.globalLimitsOf(q, owner.id);
    return Promise.all(
      limits
        .filter(({ expression }) => wanted === '' || expression === wanted)
        .map(async ({ expression, bytes }) => {
          const rses = await lake.rses.matching(expression);
          const used = rses.map(({ id }) => usage.get(id) ?? { bytes: 0, files: 0 });
          const total = used.reduce((sum, row) => sum + row.bytes, 0);
          return {
            rse_expression: expression,
            bytes: total,
            files: used.reduce((sum, row) => sum + row.files, 0),
            bytes_limit: infinite(bytes),
            bytes_remaining: infinite(bytes) - total,
          };
        }),
    );
  };
  for (const path of ['/accounts/:account/usage/global', '/accounts/:account/usage/global/:expression'])
    app.get(path, async (request, reply) => sendRows(reply, await globalUsage(request)));
}
