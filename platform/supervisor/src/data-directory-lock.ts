import { randomUUID } from 'node:crypto';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isSameProcess, startTicks } from './process-identity.ts';

/** Another process uses this data directory. */
export class DataDirectoryTaken extends Error {
  readonly pid: number;
  constructor(directory: string, pid: number, where: string) {
    super(
      `${directory} is in use by process ${pid}${where}: stop it with "vre down", or choose another --data directory`,
    );
    this.name = 'DataDirectoryTaken';
    this.pid = pid;
  }
}

type Holder = { readonly pid: number; readonly ticks: number | undefined; readonly host: string };

/**
 * Takes the directory for this process; returns how to give it back. A holder that died, even by kill -9, is
 * recognised by pid and start time. On a shared file system the holder's host counts too.
 */
export async function holdDataDirectory(directory: string): Promise<() => Promise<void>> {
  const file = join(directory, 'holder.json');
  const mine: Holder = { pid: process.pid, ticks: startTicks(process.pid), host: hostname() };
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        await link(temporary, file);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt === 3) throw error;
      }
      const other = await readHolder(file);
      if (other === undefined) continue;
      if (other.host !== mine.host) throw new DataDirectoryTaken(directory, other.pid, ` on ${other.host}`);
      if (isSameProcess(other.pid, other.ticks)) throw new DataDirectoryTaken(directory, other.pid, '');
      await unlink(file).catch(() => undefined);
    }
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
  return async () => {
    if ((await readHolder(file))?.pid === process.pid) await unlink(file).catch(() => undefined);
  };
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}
