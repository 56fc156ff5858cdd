import { ComputeError, type JobRef } from '@vre/compute-port';
import type { Daemon, Outcome } from '@vre/daemon';
import { EnvironmentError } from '@vre/environments';
import { launchServer } from '../launch/launch-server.ts';
import { awaitReady } from './await-ready.ts';
import { revokeLeftTokens } from './left-tokens.ts';
import { serverPrefix } from './server.ts';
import { serverChanged } from './server-events.ts';
import { endSentence, StartFailure } from './server-failure.ts';
import { jobsIn } from './server-jobs.ts';
import {
  claimStarts,
  enterFailed,
  enterReady,
  releaseServer,
  renewLeases,
  renumberStart,
} from './server-lease-store.ts';
import { readSealedSecrets } from './server-left-store.ts';
import { createServerLives, type Stoppable } from './server-lives.ts';
import type { ServerParts } from './server-parts.ts';
import { findServerById, type OwnedServer } from './server-store.ts';
import { createStartLife, notOurs, type StartLife } from './start-life.ts';

/** Starts what was asked for, several servers at a time, beside other workers; goes on where a dead one left off. */
export function createServerStarter(parts: ServerParts): Daemon & Stoppable {
  const { database, clock, policy } = parts;
  const worker = parts.identifiers.uuid();
  const lives = createServerLives(parts.log, () => {
    if (!ending) void parts.wakeups.wake(database.direct).catch(() => undefined);
  });
  let ending: 'stopped' | 'abandoned' | undefined;
  const leaseEnd = () => new Date(clock.now().getTime() + policy.leaseSeconds * 1000);

  async function step(): Promise<Outcome> {
    if (lives.size > 0) lives.keepOnly(await renewLeases(database.direct, worker, lives.ids(), leaseEnd()));
    const limit = policy.startsAtOnce - lives.size;
    if (limit <= 0 || ending !== undefined) return 'idle';
    const claimed = await database.transaction((transaction) =>
      claimStarts(transaction, { worker, now: clock.now(), until: leaseEnd(), limit }),
    );
    for (const owned of claimed) lives.begin(owned.server.id, (signal) => live(owned, signal));
    return claimed.length > 0 ? 'worked' : 'idle';
  }

  async function live(owned: OwnedServer, signal: AbortSignal): Promise<void> {
    const life = createStartLife({ parts, ...owned, worker, signal });
    try {
      await start(life);
    } catch (error) {
      if (ending === 'abandoned') return;
      if (signal.aborted || (error as Error).name === 'AbortError') {
        return await releaseServer(database.direct, worker, owned.server.id);
      }
      await fail(life, error);
    }
  }

  async function start(life: StartLife): Promise<void> {
    const { server } = life;
    if (server.job !== null) return ready(life, server.job);
    await settleEarlierStart(life);
    if (server.directory === null) return ready(life, await launchServer(life));
    // A worker died between choosing the place and writing down the job: nothing of that start may live on.
    await jobsIn(parts, server.directory).cancel(0);
    const startNumber = await renumberStart(database.direct, life.worker, server.id);
    if (startNumber === undefined) throw notOurs();
    const again = { ...server, startNumber, directory: null, port: null };
    await ready(life, await launchServer({ ...life, server: again }));
  }

  async function settleEarlierStart({ server, owner }: StartLife): Promise<void> {
    const sealed = await readSealedSecrets(database.direct, server.id);
    if (sealed !== null) await revokeLeftTokens(parts, server.id, owner, sealed);
  }

  async function ready(life: StartLife, job: JobRef): Promise<void> {
    const { server, owner, signal } = life;
    const backend = parts.backends[job.backend];
    if (backend === undefined) {
      throw new StartFailure(
        `The back-end ${job.backend} is not configured here any more: start the server again.`,
      );
    }
    // Watched from the start, because limits that the kernel does not keep are kept by whoever watches.
    const watching = new AbortController();
    const watched = backend.watch(job, AbortSignal.any([signal, watching.signal])).catch(() => undefined);
    try {
      await awaitReady(life, backend, job);
    } finally {
      watching.abort();
      await watched;
    }
    const opened = await database.transaction(async (transaction) => {
      const now = clock.now();
      const message = `The server is ready at ${serverPrefix(owner.name, server.name)}`;
      const line = { at: now.toISOString(), percent: 100, message };
      const written = await enterReady(transaction, worker, server.id, { now, line });
      if (written) {
        await parts.outbox.publish(transaction, [
          serverChanged(owner.subject, { ...server, state: 'ready' }, 100, message),
        ]);
        await parts.wakeups.wake(transaction);
      }
      return written;
    });
    if (!opened) throw notOurs();
  }

  /** Ends what may run of the start, then says why it failed. */
  async function fail(life: StartLife, error: unknown): Promise<void> {
    const { server, owner } = life;
    const now = (await findServerById(database.direct, server.id))?.server;
    const jobs = now?.directory ? jobsIn(parts, now.directory, now.job) : undefined;
    const failure = await sentenceOf(error, jobs);
    await jobs?.cancel(policy.graceSeconds);
    const log = (await jobs?.log()) ?? [];
    await database.transaction(async (transaction) => {
      const given = { now: clock.now(), failure, log };
      if (!(await enterFailed(transaction, worker, server.id, given))) return;
      await parts.tokens.revokeServerTokens(transaction, server.id);
      await parts.outbox.publish(transaction, [
        serverChanged(owner.subject, { ...server, state: 'failed' }, 100, failure),
      ]);
      await parts.wakeups.wake(transaction);
    });
  }

  async function sentenceOf(error: unknown, jobs: ReturnType<typeof jobsIn> | undefined): Promise<string> {
    if (error instanceof StartFailure) return error.message;
    if (error instanceof ComputeError && error.code === 'ended') {
      const state = await jobs?.state();
      if (state?.state === 'ended') return endSentence(state.end, 'before-answering');
    }
    if (error instanceof ComputeError) return `The server could not be started: ${error.message}`;
    if (error instanceof EnvironmentError) {
      return `${error.message} Choose another environment, or start the server again later.`;
    }
    parts.log.error({ err: error }, 'a server could not be started');
    return `The platform could not start the server: ${(error as Error).message}. Start it again; if that fails once more, tell the operator.`;
  }

  const end = (how: 'stopped' | 'abandoned') => async () => {
    ending = how;
    await lives.end();
  };
  return {
    name: 'server-starter',
    idleMilliseconds: Math.min(5000, (policy.leaseSeconds * 1000) / 4),
    step,
    stop: end('stopped'),
    abandon: end('abandoned'),
  };
}
