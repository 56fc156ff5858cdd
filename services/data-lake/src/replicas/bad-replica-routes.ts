import { sql } from '@vre/database';
import {
  badDidsSchema,
  badReplicasSchema,
  RucioError,
  rucioDate,
  type ScopedName,
} from '@vre/protocol-rucio';
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { Lake } from '../lake.ts';
import { mapped, sendJson, sendRows } from '../rest/answers.ts';
import { bodyOf } from '../rest/body.ts';
import { parameter } from '../rest/query.ts';
import { callerOf } from '../rest/wire.ts';
import type { Rse } from '../rses/rse.ts';
import { declareBad, didsOfPfns } from './bad-replica-service.ts';

/** `/replicas/bad…` and `/replicas/suspicious`. */
export function badReplicaRoutes(app: FastifyInstance, lake: Lake): void {
  const q = lake.database.direct;

  type Named = ScopedName & { readonly rse: Rse };
  async function namedOf(replicas: z.output<typeof badReplicasSchema>['replicas']) {
    const elements = await lake.rses.all();
    const pfns = replicas.filter((entry) => typeof entry === 'string');
    const found = await didsOfPfns(q, elements, pfns);
    const unknown = pfns.filter((pfn) => !found.has(pfn));
    const named: Named[] = [...found.values()];
    for (const entry of replicas) {
      if (typeof entry === 'string') continue;
      const rse = elements.find(({ name, uuid }) => name === entry.rse || uuid === entry.rse_id);
      if (!rse)
        throw new RucioError('RSENotFound', `Storage element ${entry.rse ?? entry.rse_id} does not exist`);
      named.push({ scope: entry.scope, name: entry.name, rse });
    }
    return { named, unknown };
  }
  app.post('/replicas/bad', async (request, reply) => {
    const { replicas, reason } = bodyOf(request, badReplicasSchema);
    const { named, unknown } = await namedOf(replicas);
    const problems = await declareBad(lake, callerOf(request), named, reason ?? null);
    if (unknown.length > 0) problems.unknown = unknown.map((pfn) => `${pfn} Unknown replica`);
    return sendJson(reply, problems, 201);
  });
  app.post('/replicas/bad/dids', async (request, reply) => {
    const { rse, dids, reason } = bodyOf(request, badDidsSchema);
    const element = await lake.rses.named(rse);
    const problems = await declareBad(
      lake,
      callerOf(request),
      dids.map((did) => ({ ...did, rse: element })),
      reason ?? null,
    );
    return sendJson(reply, problems, 201);
  });
  app.get('/replicas/bad/states', async (request, reply) => {
    const byId = await lake.rses.byId();
    const state = (parameter(request, 'state') ?? 'B').charAt(0).toUpperCase();
    const rows = lake.database.stream(sql<{
      scope: string;
      name: string;
      rse_id: number;
      state: string;
      reason: string | null;
      created_at: Date;
      updated_at: Date;
    }>`
      select s.name as scope, d.name, b.rse_id, b.state, b.reason, b.created_at, b.updated_at from lake.bad_replica b
        join lake.did d on d.id = b.did_id join lake.scope s on s.id = d.scope_id
      where b.state = ${state} order by b.id`);
    return sendRows(
      reply,
      mapped(rows, (row) => ({
        ...row,
        rse: byId.get(row.rse_id)?.name ?? null,
        rse_id: byId.get(row.rse_id)?.uuid ?? null,
        created_at: rucioDate(row.created_at),
        updated_at: rucioDate(row.updated_at),
      })),
    );
  });
  app.get('/replicas/suspicious', async (_request, reply) => sendJson(reply, []));
}
