import type { Daemon, Outcome } from '@vre/daemon';
import { sql } from '@vre/database';
import type { Account } from '../authentication/account.ts';
import { accountOf } from '../authentication/account-store.ts';
import { stopJobsOfRun } from '../jobs/job-store.ts';
import type { Run } from '../runs/run.ts';
import { runStatusEvent } from '../runs/run-events.ts';
import { findRunById, moveRun, setWorkspaceBytes } from '../runs/run-store.ts';
import { diskUsageOf } from '../workspace/disk-usage.ts';
import type { ExecutionParts } from './execution-parts.ts';
import { claimRuns, postponeRun, releaseRun, renewLeases } from './run-lease-store.ts';
import { createRunLife, type LifeResult, liveRun } from './run-life.ts';

/** After so many lives that ended with an error of the platform a run fails. */
const mostFailedLives = 5;

/** Takes runs on and lives them, several at a time, beside other workers. */
export interface RunExecutor {
  readonly daemon: Daemon;
  /** Gives all runs back; their jobs go on and are adopted by the next worker. */
  stop(): Promise<void>;
  /** Ends without a word, as a killed process would: leases stay until they end by themselves. */
  abandon(): Promise<void>;
  /** Runs being lived now. */
  readonly live: () => readonly string[];
}

export function createRunExecutor(
  parts: ExecutionParts,
  options: { readonly concurrentRuns: number; readonly leaseSeconds: number },
): RunExecutor {
  const { database, clock, log } = parts;
  const worker = parts.identifiers.uuid();
  const lives = new Map<string, { readonly abort: AbortController; readonly ended: Promise<void> }>();
  let abandoned = false;
  let stopped = false;
  const leaseEnd = () => new Date(clock.now().getTime() + options.leaseSeconds * 1000);

  async function step(): Promise<Outcome> {
    await keepLeases();
    const free = options.concurrentRuns - lives.size;
    if (free <= 0 || stopped) return 'idle';
    const claimed = await database.transaction(async (transaction) => {
      const runs = await claimRuns(transaction, { worker, now: clock.now(), until: leaseEnd(), limit: free });
      for (const { id, before } of runs) {
        const found = before === 'running' ? undefined : await ownerAndRun(id);
        if (found)
          await parts.outbox.publish(transaction, [
            runStatusEvent(found.account.subject, found.run, 'running'),
          ]);
      }
      return runs;
    });
    for (const { id } of claimed) begin(id);
    return claimed.length > 0 ? 'worked' : 'idle';
  }

  /** Runs that are not ours any more, because they were stopped or another worker took them, end here. */
  async function keepLeases(): Promise<void> {
    if (lives.size === 0) return;
    const ours = await renewLeases(database.direct, worker, [...lives.keys()], leaseEnd());
    for (const [id, { abort }] of lives) if (!ours.has(id)) abort.abort();
  }

  function begin(id: string): void {
    const abort = new AbortController();
    const ended = live(id, abort.signal)
      .catch((error: unknown) => log.error({ err: error, runId: id }, 'could not give a run back'))
      .finally(() => {
        lives.delete(id);
        // There is room for another run now.
        if (!stopped) void parts.wakeups.wake(database.direct).catch(() => undefined);
      });
    lives.set(id, { abort, ended });
  }

  async function live(id: string, signal: AbortSignal): Promise<void> {
    try {
      const found = await ownerAndRun(id);
      if (!found) return;
      const life = createRunLife(parts, found.run, found.account, signal);
      const result = await liveRun(life);
      await end(found.run, found.account, result, worker);
    } catch (error) {
      if (abandoned) return;
      if (signal.aborted || (error as Error).name === 'AbortError') {
        await releaseRun(database.direct, worker, id);
        return;
      }
      await postpone(id, error);
    }
  }

  /** An error of the platform, not of the run: another life later, and not for ever. */
  async function postpone(id: string, error: unknown): Promise<void> {
    log.error({ err: error, runId: id }, 'a run was interrupted by an error of the platform');
    const pause = new Date(clock.now().getTime() + options.leaseSeconds * 1000);
    const failedLives = await postponeRun(database.direct, worker, id, pause);
    if (failedLives < mostFailedLives) return;
    const found = await ownerAndRun(id);
    if (!found) return;
    const sentence = `The platform failed ${failedLives} times while it ran this: ${(error as Error).message}`;
    await end(found.run, found.account, { status: 'failed', sentence });
  }

  async function end(run: Run, account: Account, result: LifeResult, leaseOwner?: string): Promise<void> {
    const usage = await parts.workspaces.within(run, diskUsageOf).catch(() => undefined);
    await database.transaction(async (transaction) => {
      const now = clock.now();
      const reason = result.status === 'failed' ? result.sentence : null;
      const moved = await moveRun(transaction, run.id, result.status, {
        now,
        reason,
        ...(leaseOwner === undefined ? {} : { leaseOwner }),
      });
      if (!moved) return;
      // A failed engine may leave jobs behind that it no longer waits for.
      await stopJobsOfRun(transaction, run.id, now, 'stopped because its run ended');
      if (usage) await setWorkspaceBytes(transaction, run.workspaceId, usage.total);
      await parts.outbox.publish(transaction, [runStatusEvent(account.subject, run, result.status)]);
      await parts.wakeups.wake(transaction);
    });
  }

  async function ownerAndRun(
    id: string,
  ): Promise<{ readonly run: Run; readonly account: Account } | undefined> {
    const run = await findRunById(database.direct, id);
    if (!run) return undefined;
    const { rows } = await sql<Parameters<typeof accountOf>[0]>`
      select id, issuer, subject, username, full_name, email, number from workflows.account where id = ${run.accountId}`.execute(
      database.direct,
    );
    return rows[0] && { run, account: accountOf(rows[0]) };
  }

  const finishAll = async (): Promise<void> => {
    stopped = true;
    for (const { abort } of lives.values()) abort.abort();
    await Promise.all([...lives.values()].map(({ ended }) => ended));
  };
  return {
    daemon: {
      name: 'run-executor',
      idleMilliseconds: Math.min(5000, (options.leaseSeconds * 1000) / 4),
      step,
    },
    stop: finishAll,
    abandon: async () => {
      abandoned = true;
      await finishAll();
    },
    live: () => [...lives.keys()],
  };
}
