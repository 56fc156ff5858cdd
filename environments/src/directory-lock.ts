import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';

async function startTicks(pid: number): Promise<string | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** Whether the process that wrote this still runs; a machine without /proc is asked by signal 0. */
async function holderLives(holder: string): Promise<boolean> {
  const [pid = '', ticks = ''] = holder.trim().split(' ');
  const now = await startTicks(Number(pid));
  if (now !== undefined) return now === ticks;
  if (ticks !== '-') return false;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Does `work` while no other process holds the lock file; the lock of a process that died is taken over.
 * The lock file appears complete (by hard link), so that its holder can always be told.
 */
export async function withDirectoryLock<T>(
  path: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const own = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  const holder = `${process.pid} ${(await startTicks(process.pid)) ?? '-'} ${own}\n`;
  await writeFile(own, holder);
  try {
    for (;;) {
      signal?.throwIfAborted();
      try {
        await link(own, path);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const other = await readFile(path, 'utf8').catch(() => undefined);
      if (other === undefined) continue;
      if (await holderLives(other)) {
        await new Promise((resolve) => setTimeout(resolve, 200));
      } else {
        // Moved aside first: of two that find it stale only one succeeds, and a fresh lock put there
        // meanwhile is recognised and put back.
        const stale = `${own}.stale`;
        await rename(path, stale).catch(() => undefined);
        const moved = await readFile(stale, 'utf8').catch(() => undefined);
        if (moved !== undefined && moved !== other) await link(stale, path).catch(() => undefined);
        await rm(stale, { force: true });
      }
    }
    try {
      return await work();
    } finally {
      const now = await readFile(path, 'utf8').catch(() => undefined);
      if (now === holder) await rm(path, { force: true });
    }
  } finally {
    await rm(own, { force: true });
  }
}
