import type { Daemon } from '@vre/daemon';
import { kernelsOf } from './busy-kernels.ts';
import { dueForCulling, markActive, markWarned } from './culling-store.ts';
import { cullingDecision, stopsAt } from './server-culling.ts';
import { serverChanged } from './server-events.ts';
import type { ServerParts } from './server-parts.ts';
import { type OwnedServer, requestStop } from './server-store.ts';

const atOnce = 200;

const hours = (seconds: number) =>
  seconds >= 7200
    ? `${Math.round(seconds / 3600)} hours`
    : `${Math.max(1, Math.round(seconds / 60))} minutes`;

/** Warns people whose server idles or gets old, and stops it later; a busy kernel counts as activity. */
export function createServerCuller(parts: ServerParts): Daemon {
  const { database, clock, policy } = parts;

  async function look(owned: OwnedServer): Promise<void> {
    const { server } = owned;
    const now = clock.now();
    const decision = cullingDecision(server, policy, now);
    if (decision === 'leave') return;
    if (decision === 'stop-old') {
      return stop(
        owned,
        `Stopped because it had run for ${hours(policy.longestLifeSeconds)}, the longest life of a server.`,
      );
    }
    const kernels = await kernelsOf(parts, owned);
    if (kernels === 'busy') return markActive(database.direct, server.id, now);
    if (decision === 'warn') return warn(owned, now);
    // Who does not answer may be computing: they get twice the time.
    const idle = (now.getTime() - Math.max(Number(server.lastActivityAt), Number(server.readyAt))) / 1000;
    if (kernels === 'unknown' && idle < 2 * policy.idleSeconds) return;
    await stop(owned, `Stopped because nothing happened in it for ${hours(policy.idleSeconds)}.`);
  }

  async function warn({ server, owner }: OwnedServer, now: Date): Promise<void> {
    await database.transaction(async (transaction) => {
      if (!(await markWarned(transaction, server.id, now))) return;
      const end = stopsAt({ ...server, warnedAt: now }, policy)?.toISOString() ?? '';
      const message = `The server will be stopped at ${end} because nothing happens in it: work in it, or keep it in the portal.`;
      await parts.outbox.publish(transaction, [serverChanged(owner.subject, server, 100, message)]);
    });
  }

  async function stop({ server, owner }: OwnedServer, notice: string): Promise<void> {
    await database.transaction(async (transaction) => {
      const stopping = await requestStop(transaction, [server.id], { remove: false, notice });
      if (stopping.length === 0) return;
      await parts.outbox.publish(transaction, [
        serverChanged(owner.subject, { ...server, state: 'stopping' }, 100, notice),
      ]);
      await parts.wakeups.wake(transaction);
    });
  }

  return {
    name: 'server-culler',
    idleMilliseconds: Math.min(30_000, policy.warningSeconds * 250),
    step: async () => {
      const due = await dueForCulling(database.direct, policy, clock.now(), atOnce);
      await Promise.all(due.map(look));
      return due.length === atOnce ? 'worked' : 'idle';
    },
  };
}
