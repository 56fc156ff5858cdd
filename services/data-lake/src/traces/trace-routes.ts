import { sql } from '@vre/database';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Lake } from '../lake.ts';
import { sendCreated } from '../rest/answers.ts';

/** The part of a trace that may be worth a look; clients send many more keys. */
const traceSchema = z.object({
  eventType: z.string().max(50),
  clientState: z.string().max(50).optional(),
  scope: z.string().max(255),
  filename: z.string().max(1024).optional(),
  name: z.string().max(1024).optional(),
  remoteSite: z.string().max(255).optional(),
});

/** Failures that hint at bytes which changed or vanished. */
const suspicious = ['FAIL_VALIDATE', 'FILE_NOT_FOUND', 'FAILED', 'DOWNLOAD_ATTEMPT_FAILED'];
const tracesAtOnce = 100;
const hintsAtMost = 1000;

/**
 * `POST /traces/`: what clients did. Nobody has to be signed in, so a trace changes nothing: one about a failed
 * download only makes the auditor look at the stored bytes, once in ten minutes at most.
 */
export function traceRoutes(app: FastifyInstance, lake: Lake): void {
  const traces = lake.metrics.counter('lake_traces_total', 'Traces by event and state', ['event', 'state']);
  app.post('/traces', async (request, reply) => {
    const sent = (Array.isArray(request.body) ? request.body : [request.body]).slice(0, tracesAtOnce);
    const known = sent.flatMap((entry) => {
      const parsed = traceSchema.safeParse(entry);
      return parsed.success ? [parsed.data] : [];
    });
    const hints = known.filter(({ eventType, clientState }) => {
      const failed = suspicious.includes(clientState ?? '');
      const event = ['upload', 'download'].includes(eventType) ? eventType : 'other';
      traces.inc({ event, state: failed ? 'failed' : 'done' });
      return event === 'download' && failed;
    });
    if (hints.length > 0) {
      const now = lake.clock.now();
      await sql`
        insert into lake.replica_suspicion (did_id, rse_id, created_at)
        select distinct r.did_id, r.rse_id, ${now}::timestamptz
        from unnest(${hints.map(({ scope }) => scope)}::text[], ${hints.map(({ filename, name }) => filename ?? name ?? '')}::text[],
          ${hints.map(({ remoteSite }) => remoteSite ?? '')}::text[]) as hint (scope, name, rse)
        join lake.scope s on s.name = hint.scope join lake.did d on d.scope_id = s.id and d.name = hint.name
        join lake.rse e on e.name = hint.rse
        join lake.replica r on r.did_id = d.id and r.rse_id = e.id and r.state = 'A'
        where (select count(*) from (select from lake.replica_suspicion where checked_at is null limit ${hintsAtMost}) as open) < ${hintsAtMost}
        on conflict (did_id, rse_id) do update set created_at = excluded.created_at, checked_at = null
          where replica_suspicion.checked_at < ${now}::timestamptz - interval '10 minutes'`.execute(
        lake.database.direct,
      );
      await lake.wakeups.wake(lake.database.direct);
    }
    return sendCreated(reply);
  });
}
