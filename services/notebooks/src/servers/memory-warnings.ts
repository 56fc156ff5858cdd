import type { Server } from './server.ts';
import { serverChanged } from './server-events.ts';
import { tellRunning } from './server-lease-store.ts';
import type { ServerParts } from './server-parts.ts';
import type { OwnedServer } from './server-store.ts';

export const memoryMessage = (bytes: number): string =>
  `A program in the server was ended because the server ran out of memory (limit ${Math.round(bytes / 1e6)} MB), most likely a kernel: load less data at once, and run its cells again; the operator can raise notebooks.server.memory.`;

/**
 * Tells people that the kernel of the machine ended a program in their server for want of memory while the server
 * itself lives on: Jupyter only says that a kernel died.
 */
export function createMemoryWarnings(
  parts: Pick<ServerParts, 'database' | 'outbox' | 'clock' | 'policy' | 'backends'>,
): { look(watched: readonly OwnedServer[]): Promise<void> } {
  const told = new Map<string, number>();

  const alreadyTold = (server: Server, message: string) =>
    server.progress.filter((line) => line.message === message).length;

  async function lookAt({ server, owner }: OwnedServer): Promise<void> {
    const kills = server.job === null ? 0 : await parts.backends[server.job.backend]?.memoryKills(server.job);
    if (kills === undefined || kills === 0) return;
    const key = `${server.id} ${server.startNumber}`;
    const message = memoryMessage(parts.policy.memoryBytes);
    if (kills <= (told.get(key) ?? alreadyTold(server, message))) return;
    told.set(key, kills);
    await parts.database.transaction(async (transaction) => {
      const line = { at: parts.clock.now().toISOString(), percent: 100, message };
      if (!(await tellRunning(transaction, server.id, server.startNumber, line))) return;
      await parts.outbox.publish(transaction, [serverChanged(owner.subject, server, 100, message)]);
    });
  }

  return {
    look: async (watched) => {
      const running = new Set(watched.map(({ server }) => `${server.id} ${server.startNumber}`));
      for (const key of told.keys()) if (!running.has(key)) told.delete(key);
      await Promise.all(watched.map(lookAt));
    },
  };
}
