import type { Daemon } from '@vre/daemon';
import { sql } from '@vre/database';
import type { Lake } from '../lake.ts';
import { arrive } from './replica-arrival.ts';
import { lookAt } from './stored-bytes.ts';
import { withdrawUpload } from './upload-withdrawal.ts';

const batch = 100;

type Stale = {
  readonly didId: number;
  readonly rseId: number;
  readonly scope: string;
  readonly name: string;
  readonly bytes: number | null;
  readonly adler32: string | null;
  readonly path: string | null;
  readonly lock_cnt: number;
};

/**
 * Ends uploads that their client never ended: when all bytes are there and a rule wants the file it becomes AVAILABLE,
 * else the upload is withdrawn and the name is free again. Until the grace is over the same upload may be repeated.
 */
export function createUploadReconciler(lake: Lake): Daemon {
  return {
    name: 'upload-reconciler',
    idleMilliseconds: 60_000,
    step: async () => {
      const before = new Date(lake.clock.now().getTime() - lake.config['upload-grace'] * 1000);
      const { rows } = await sql<Stale>`
        select r.did_id as "didId", r.rse_id as "rseId", s.name as scope, d.name, d.bytes, d.adler32, r.path, r.lock_cnt
        from lake.replica r join lake.did d on d.id = r.did_id join lake.scope s on s.id = d.scope_id
        where r.state = 'C' and r.updated_at < ${before} order by r.updated_at limit ${batch}`.execute(
        lake.database.direct,
      );
      const byId = await lake.rses.byId();
      let ended = 0;
      for (const upload of rows) {
        const rse = byId.get(upload.rseId);
        if (!rse) continue;
        // Where the lake cannot look, it cannot say that the bytes are there.
        const look = lake.storage(rse.name) ? (await lookAt(lake, rse, [upload]))[0] : undefined;
        if (look?.finding === 'unreachable') continue;
        if (look?.finding === 'right' && upload.lock_cnt > 0)
          await lake.database.transaction((transaction) => arrive(lake, transaction, [upload]));
        else await withdrawUpload(lake, rse, upload);
        ended++;
      }
      return ended > 0 && rows.length === batch ? 'worked' : 'idle';
    },
  };
}
