import type { Daemon } from '@vre/daemon';
import { sql } from '@vre/database';
import type { Lake } from '../lake.ts';
import { markBad } from './bad-replica-service.ts';
import { lookAt } from './stored-bytes.ts';

/** Reads the bytes of replicas that a client had trouble with, and declares bad what is wrong. */
export function createAuditor(lake: Lake): Daemon {
  return {
    name: 'auditor',
    idleMilliseconds: 30_000,
    step: async () => {
      const now = lake.clock.now();
      const { rows } = await sql<{
        didId: number;
        rseId: number;
        scope: string;
        name: string;
        bytes: number | null;
        adler32: string | null;
        path: string | null;
      }>`
        with due as (
          select did_id, rse_id from lake.replica_suspicion where checked_at is null order by created_at limit 10
          for update skip locked),
        taken as (
          update lake.replica_suspicion p set checked_at = ${now} from due
          where p.did_id = due.did_id and p.rse_id = due.rse_id returning p.did_id, p.rse_id)
        select r.did_id as "didId", r.rse_id as "rseId", s.name as scope, d.name, d.bytes, d.adler32, r.path
        from taken join lake.replica r on r.did_id = taken.did_id and r.rse_id = taken.rse_id and r.state = 'A'
          join lake.did d on d.id = r.did_id join lake.scope s on s.id = d.scope_id`.execute(
        lake.database.direct,
      );
      if (rows.length === 0) return 'idle';
      const byId = await lake.rses.byId();
      for (const replica of rows) {
        const rse = byId.get(replica.rseId);
        if (!rse) continue;
        const [look] = await lookAt(lake, rse, [replica], true);
        if (look?.finding !== 'differs' && look?.finding !== 'missing') continue;
        await lake.database.transaction((transaction) =>
          markBad(lake, transaction, [replica], look.sentence, null),
        );
      }
      return 'worked';
    },
  };
}
