import { join } from 'node:path';
import { openConfined } from '@vre/confined-files';
import type { Daemon } from '@vre/daemon';
import { type Database, sql } from '@vre/database';
import type { Outbox } from '@vre/events';
import type { Clock } from '@vre/service';
import type { Workspaces } from '../workspace/workspaces.ts';

/** Milliseconds. */
const retryAfter = 600_000;

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
  /** Runs whose files could not be removed, and when to try again. */
  const postponed = new Map<string, number>();

  async function removeLeftovers(run: Leftover): Promise<void> {
    // Jobs wrote in there: removed without following links, like everything of theirs.
    const folders = await openConfined(join(parts.dataDirectory, 'jobs')).catch(() => undefined);
    try {
      if ((await folders?.stat(run.id)) !== undefined) await folders?.removeTree(run.id);
    } finally {
      folders?.close();
    }
    if (!run.shared) {
      await parts.workspaces.remove({ accountId: run.account_id, workspaceId: run.workspace_id });
    }
    await sql`update workflows.run set files_removed_at = ${clock.now()} where id = ${run.id}`.execute(
      database.direct,
    );
  }

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
      const now = clock.now().getTime();
      for (const [id, until] of postponed) if (until <= now) postponed.delete(id);
      const { rows } = await sql<Leftover>`
        select id, account_id, workspace_id,
          exists (select 1 from workflows.run as other
                  where other.workspace_id = run.workspace_id and other.status <> 'deleted') as shared
        from workflows.run
        where status = 'deleted' and files_removed_at is null and not (id = any(${[...postponed.keys()]}::uuid[]))
          and not exists (select 1 from workflows.job where job.run_id = run.id and cancel_pending)
        limit 20`.execute(database.direct);
      let failure: unknown;
      let removed = 0;
      for (const run of rows) {
        try {
          await removeLeftovers(run);
          removed += 1;
        } catch (error) {
          // One person's files must not keep those of all others on disk.
          failure = error;
          postponed.set(run.id, now + retryAfter);
        }
      }
      if (failure !== undefined) throw failure;
      return removed > 0 ? 'worked' : 'idle';
    },
  };
}
