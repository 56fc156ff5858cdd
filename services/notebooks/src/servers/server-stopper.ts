import type { Daemon } from '@vre/daemon';
import { serverChanged } from './server-events.ts';
import { jobsIn } from './server-jobs.ts';
import { claimStopping, enterStopped } from './server-lease-store.ts';
import type { ServerParts } from './server-parts.ts';
import type { OwnedServer } from './server-store.ts';

const atOnce = 20;

/** Ends the jobs of servers that somebody stopped, in whichever phase they were. */
export function createServerStopper(parts: ServerParts): Daemon {
  const { database, clock, policy } = parts;
  const worker = parts.identifiers.uuid();

  async function stop({ server, owner }: OwnedServer): Promise<void> {
    if (server.directory !== null) {
      await jobsIn(parts, server.directory, server.job).cancel(policy.graceSeconds);
    }
    await database.transaction(async (transaction) => {
      if (!(await enterStopped(transaction, worker, server.id, clock.now()))) return;
      await parts.tokens.revokeServerTokens(transaction, server.id);
      const message = server.notice ?? 'The server was stopped. Files in your home are kept.';
      await parts.outbox.publish(transaction, [
        serverChanged(owner.subject, { ...server, state: 'stopped' }, 100, message),
      ]);
      await parts.wakeups.wake(transaction);
    });
  }

  return {
    name: 'server-stopper',
    idleMilliseconds: 5000,
    step: async () => {
      const now = clock.now();
      const until = new Date(now.getTime() + (policy.leaseSeconds + policy.graceSeconds) * 1000);
      const claimed = await database.transaction((transaction) =>
        claimStopping(transaction, { worker, now, until, limit: atOnce }),
      );
      // One server that cannot be ended keeps no other one running.
      const results = await Promise.allSettled(claimed.map(stop));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      return claimed.length > 0 ? 'worked' : 'idle';
    },
  };
}
