import { sql } from '@vre/database';
import {
  addRuleSchema,
  deleteRuleSchema,
  didsBodySchema,
  didTypeOf,
  lockStates,
  moveRuleSchema,
  parseRucioDate,
  RucioError,
  reduceRuleSchema,
  rucioDate,
  ruleStates,
  updateRuleSchema,
} from '@vre/protocol-rucio';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { didNamed, didsNamed } from '../dids/did-store.ts';
import type { Lake } from '../lake.ts';
import { mapped, sendDone, sendJson, sendRows } from '../rest/answers.ts';
import { bodyOf } from '../rest/body.ts';
import { didPath } from '../rest/did-path.ts';
import { parameter, segment } from '../rest/query.ts';
import { callerOf } from '../rest/wire.ts';
import { type DatasetLockRecord, streamDatasetLocks, streamLocks } from './lock-store.ts';
import { updateRule } from './rule-changes.ts';
import { analysisOf, progressOf } from './rule-progress.ts';
import { moveRule, reduceRule } from './rule-replacement.ts';
import { ruleRow } from './rule-rows.ts';
import { addRules, deleteRule } from './rule-service.ts';
import { ruleNamed, streamRules } from './rule-store.ts';

/** `/rules/…`, `/locks/…`, `/accounts/<account>/rules` and our own `/x-rules/<id>/progress`. */
export function ruleRoutes(app: FastifyInstance, lake: Lake): void {
  const { database } = lake;
  const q = database.direct;

  app.get('/rules', async (request, reply) =>
    sendRows(reply, mapped(streamRules(database, filterOf(request)), ruleRow)),
  );
  app.get('/accounts/:account/rules', async (request, reply) =>
    sendRows(
      reply,
      mapped(streamRules(database, { ...filterOf(request), account: segment(request, 'account') }), ruleRow),
    ),
  );
  app.post('/rules', async (request, reply) => {
    const { dids, ...options } = bodyOf(request, addRuleSchema);
    const ids = await database.transaction((transaction) =>
      addRules(lake, transaction, callerOf(request), options, dids),
    );
    return sendJson(reply, ids, 201);
  });
  app.get('/rules/:id', async (request, reply) =>
    sendJson(reply, ruleRow(await ruleNamed(q, segment(request, 'id')))),
  );
  app.put('/rules/:id', async (request, reply) => {
    await updateRule(
      lake,
      callerOf(request),
      segment(request, 'id'),
      bodyOf(request, updateRuleSchema).options,
    );
    return sendDone(reply);
  });
  app.delete('/rules/:id', async (request, reply) => {
    const { purge_replicas } = bodyOf(request, deleteRuleSchema);
    await deleteRule(lake, callerOf(request), segment(request, 'id'), purge_replicas);
    return sendDone(reply);
  });
  app.post('/rules/:id/move', async (request, reply) => {
    const { rse_expression, override, activity, source_replica_expression } = bodyOf(request, moveRuleSchema);
    const child = await moveRule(lake, callerOf(request), segment(request, 'id'), rse_expression, {
      ...(activity == null ? {} : { activity }),
      ...(source_replica_expression == null ? {} : { source_replica_expression }),
      ...override,
    });
    return sendJson(reply, child, 201);
  });
  app.post('/rules/:id/reduce', async (request, reply) => {
    const { copies, exclude_expression } = bodyOf(request, reduceRuleSchema);
    return sendJson(
      reply,
      await reduceRule(lake, callerOf(request), segment(request, 'id'), copies, exclude_expression),
    );
  });
  app.get('/rules/:id/locks', async (request, reply) => {
    const rule = await ruleNamed(q, segment(request, 'id'));
    const byId = await lake.rses.byId();
    return sendRows(
      reply,
      mapped(streamLocks(database, rule.id), ({ scope, name, rse_id, state }) => ({
        scope,
        name,
        rse_id: byId.get(rse_id)?.uuid ?? null,
        rse: byId.get(rse_id)?.name ?? null,
        state: lockStates[state],
        rule_id: rule.uuid,
      })),
    );
  });
  app.get('/rules/:id/analysis', async (request, reply) =>
    sendJson(reply, await analysisOf(lake, await ruleNamed(q, segment(request, 'id')))),
  );
  app.get('/x-rules/:id/progress', async (request, reply) =>
    sendJson(reply, await progressOf(lake, segment(request, 'id'))),
  );

  type History = {
    rule_uuid: string;
    account: string;
    expression: string;
    state: keyof typeof ruleStates;
    locks_ok: number;
    locks_replicating: number;
    locks_stuck: number;
    created_at: Date;
    updated_at: Date;
  };
  app.get('/rules/*', async (request, reply) => {
    const { suffix, scope, name } = didPath(request.raw.url ?? '', '/rules', ['history']);
    if (suffix !== 'history') throw new RucioError('InvalidRequest', 'nothing is served here');
    const byRule = name === '';
    const rows = database.stream(sql<History>`
      select rule_uuid, account, expression, state, locks_ok, locks_replicating, locks_stuck, created_at, updated_at
      from lake.rule_history where ${byRule ? sql`rule_uuid = ${scope}` : sql`scope = ${scope} and name = ${name}`}
      union all
      select r.uuid, a.name, r.expression, r.state, r.locks_ok, r.locks_replicating, r.locks_stuck, r.created_at, r.updated_at
      from lake.rule r join lake.account a on a.id = r.account_id join lake.did d on d.id = r.did_id
        join lake.scope s on s.id = d.scope_id
      where ${byRule ? sql`r.uuid = ${scope}` : sql`s.name = ${scope} and d.name = ${name}`}
      order by created_at`);
    return sendRows(
      reply,
      mapped(rows, (row) => ({
        rule_id: row.rule_uuid,
        account: row.account,
        rse_expression: row.expression,
        state: ruleStates[row.state],
        locks_ok_cnt: row.locks_ok,
        locks_replicating_cnt: row.locks_replicating,
        locks_stuck_cnt: row.locks_stuck,
        created_at: rucioDate(row.created_at),
        updated_at: rucioDate(row.updated_at),
      })),
    );
  });

  const datasetLocks = async (rows: AsyncIterable<DatasetLockRecord>) => {
    const byId = await lake.rses.byId();
    return mapped(rows, ({ rse_id, rule_uuid, state, ...row }) => ({
      ...row,
      rse_id: byId.get(rse_id)?.uuid ?? null,
      rse: byId.get(rse_id)?.name ?? null,
      rule_id: rule_uuid,
      state: lockStates[state],
      accessed_at: null,
    }));
  };
  app.post('/locks/bulk_locks_for_dids', async (request, reply) => {
    const dids = await didsNamed(q, bodyOf(request, didsBodySchema).dids);
    return sendRows(
      reply,
      await datasetLocks(streamDatasetLocks(database, { datasetIds: dids.map(({ id }) => id) })),
    );
  });
  app.get('/locks/:rse', async (request, reply) => {
    const rse = await lake.rses.named(segment(request, 'rse'));
    return sendRows(reply, await datasetLocks(streamDatasetLocks(database, { rseId: rse.id })));
  });
  app.get('/locks/*', async (request, reply) => {
    const { id } = await didNamed(q, didPath(request.raw.url ?? '', '/locks', []));
    return sendRows(reply, await datasetLocks(streamDatasetLocks(database, { datasetIds: [id] })));
  });
}

function filterOf(request: FastifyRequest) {
  const text = (name: string) => parameter(request, name);
  const date = (name: string) => {
    const value = text(name);
    const parsed = value === undefined ? undefined : parseRucioDate(value);
    if (value !== undefined && !parsed)
      throw new RucioError('ValueError', `${name} is no date: ${value.slice(0, 50)}`);
    return parsed;
  };
  const state = text('state')?.toUpperCase();
  return {
    account: text('account'),
    scope: text('scope'),
    name: text('name'),
    state:
      Object.entries(ruleStates).find(([letter, name]) => letter === state || name === state)?.[0] ?? state,
    expression: text('rse_expression'),
    activity: text('activity'),
    grouping: text('grouping')?.charAt(0).toUpperCase(),
    didType:
      text('did_type') === undefined ? undefined : (didTypeOf(text('did_type') ?? '') ?? '?').charAt(0),
    createdBefore: date('created_before'),
    createdAfter: date('created_after'),
    updatedBefore: date('updated_before'),
    updatedAfter: date('updated_after'),
  };
}
