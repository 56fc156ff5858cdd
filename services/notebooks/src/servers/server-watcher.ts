import type { JobEnd } from '@vre/compute-port';
import type { Daemon, Outcome } from '@vre/daemon';
import { createMemoryWarnings } from './memory-warnings.ts';
import { serverChanged } from './server-events.ts';
import { endSentence } from './server-failure.ts';
import { jobsIn } from './server-jobs.ts';
import { claimRunning, enterFailed, releaseServer, renewLeases } from './server-lease-store.ts';
import { createServerLives, type Stoppable } from './server-lives.ts';
import type { ServerParts } from './server-parts.ts';
import { type OwnedServer, requestStop } from './server-store.ts';

const atOnce = 500;

/** Ends that somebody wished for: the person from the server's own menu, or the operator with the whole platform. */
const wished: { readonly [reason in JobEnd['reason']]?: string } = {
  finished: 'The server was shut down from inside. Files in your home are kept.',
  cancelled: 'The server was stopped together with the platform. Files in your home are kept.',
};

/** Watches running servers, those of a worker that died as well, and says why one ended that nobody stopped. */
export function createServerWatcher(parts: ServerParts): Daemon & Stoppable {
  const { database, clock, policy } = parts;
  const worker = parts.identifiers.uuid();
  const lives = createServerLives(parts.log, () => undefined);
  const watched = new Map<string, OwnedServer>();
  const memory = createMemoryWarnings(parts);
  let ending: 'stopped' | 'abandoned' | undefined;
  const leaseEnd = () => new Date(clock.now().getTime() + policy.leaseSeconds * 1000);

  async function step(): Promise<Outcome> {
    if (lives.size > 0) lives.keepOnly(await renewLeases(database.direct, worker, lives.ids(), leaseEnd()));
    await memory.look([...watched.values()]);
    if (ending !== undefined || lives.size >= atOnce) return 'idle';
    const limit = atOnce - lives.size;
    const claimed = await database.transaction((transaction) =>
      claimRunning(transaction, { worker, now: clock.now(), until: leaseEnd(), limit }),
    );
    for (const owned of claimed) lives.begin(owned.server.id, (signal) => watch(owned, signal));
    return claimed.length > 0 ? 'worked' : 'idle';
  }

  async function watch(owned: OwnedServer, signal: AbortSignal): Promise<void> {
    const { job, id } = owned.server;
    watched.set(id, owned);
    const backend = job === null ? undefined : parts.backends[job.backend];
    try {
      if (job === null || backend === undefined) {
        const sentence = 'its back-end is not configured here any more';
        return await ended(owned, { reason: 'lost', sentence });
      }
      await ended(owned, await backend.watch(job, signal));
    } catch (error) {
      if (!signal.aborted) throw error;
      if (ending === 'stopped') await releaseServer(database.direct, worker, owned.server.id);
    } finally {
      watched.delete(id);
    }
  }

  async function ended(
    { server, owner }: OwnedServer,
    end: Pick<JobEnd, 'reason' | 'sentence'>,
  ): Promise<void> {
    const log = server.directory === null ? [] : await jobsIn(parts, server.directory, server.job).log();
    await database.transaction(async (transaction) => {
      const notice = wished[end.reason];
      if (notice !== undefined) {
        await requestStop(transaction, [server.id], { remove: false, notice });
      } else {
        const failure = endSentence(end, 'while-running');
        if (!(await enterFailed(transaction, worker, server.id, { now: clock.now(), failure, log }))) return;
        await parts.tokens.revokeServerTokens(transaction, server.id);
        await parts.outbox.publish(transaction, [
          serverChanged(owner.subject, { ...server, state: 'failed' }, 100, failure),
        ]);
      }
      await parts.wakeups.wake(transaction);
    });
  }

  const end = (how: 'stopped' | 'abandoned') => async () => {
    ending = how;
    await lives.end();
  };
  return {
    name: 'server-watcher',
    idleMilliseconds: Math.min(5000, (policy.leaseSeconds * 1000) / 4),
    step,
    stop: end('stopped'),
    abandon: end('abandoned'),
  };
}
