import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Daemon } from '@vre/daemon';
import { type Database, sql } from '@vre/database';
import type { Outbox } from '@vre/events';
import type { Clock } from '@vre/service';
import type { Workspaces } from '../workspace/workspaces.ts';

type Leftover = {
  readonly id: string;
  readonly account_id: string;
  readonly workspace_id: string;
  readonly shared: boolean;
};

/** Removes what deleted runs leave behind: job folders, and the workspace once no run of its chain needs it. */
export function createRunJanitor(parts: {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly workspaces: Workspaces;
  readonly dataDirectory: string;
}): Daemon {
  const { database, clock } = parts;
  let pruned = 0;
  return {
    name: 'run-janitor',
    idleMilliseconds: 30_000,
    step: async () => {
      if (clock.now().getTime() - pruned > 3_600_000) {
        pruned = clock.now().getTime();
        await parts.outbox.prune(clock.now());
        await sql`delete from workflows.connect_attempt where expires_at < ${clock.now()}`.execute(
          database.direct,
        );
      }
      const { rows } = await sql<Leftover>`
        select id, account_id, workspace_id,
          exists (select 1 from workflows.run as other
                  where other.workspace_id = run.workspace_id and other.status <> 'deleted') as shared
        from workflows.run
        where status = 'deleted' and files_removed_at is null
          and not exists (select 1 from workflows.job where job.run_id = run.id and cancel_pending)
        limit 20`.execute(database.direct);
      for (const run of rows) {
        await rm(join(parts.dataDirectory, 'jobs', run.id), { recursive: true, force: true });
        if (!run.shared) {
          await parts.workspaces.remove({ accountId: run.account_id, workspaceId: run.workspace_id });
        }
        await sql`update workflows.run set files_removed_at = ${clock.now()} where id = ${run.id}`.execute(
          database.direct,
        );
      }
      return rows.length > 0 ? 'worked' : 'idle';
    },
  };
}
