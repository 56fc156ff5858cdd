import { lstat, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** What is known of a built environment; lies beside it, because the environment itself never changes. */
const buildRecord = z.object({
  name: z.string(),
  builtAt: z.iso.datetime(),
  /** Seconds from an empty folder to a passed smoke test; unknown when it was built before there were records. */
  seconds: z.number().optional(),
  /** Size of its files; those of several environments are one on disk when they are equal. */
  bytes: z.number(),
  /** When its smoke test passed last, and the seconds it took. */
  smokeTest: z.object({ at: z.iso.datetime(), seconds: z.number() }),
});

/** What is known of a built environment. */
export type BuildRecord = Readonly<z.infer<typeof buildRecord>>;

/** Where the record of the environment in `directory` lies. */
export const recordFile = (directory: string): string => `${directory}.json`;

/** The record of a built environment; none when it was built before there were records. */
export async function readRecord(directory: string): Promise<BuildRecord | undefined> {
  const text = await readFile(recordFile(directory), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return buildRecord.parse(JSON.parse(text));
  } catch {
    return undefined; // half of a file, or of another version: as good as none
  }
}

/** Writes it whole: others read it at any time. */
export async function writeRecord(directory: string, record: BuildRecord): Promise<void> {
  const unfinished = `${recordFile(directory)}.${process.pid}`;
  await writeFile(unfinished, `${JSON.stringify(record)}\n`, { mode: 0o644 });
  await rename(unfinished, recordFile(directory));
}

/** Bytes of all files below a folder, each once; links are not followed. */
export async function treeBytes(folder: string, seen = new Set<number>()): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await treeBytes(path, seen);
    else if (entry.isFile()) {
      const { ino, size } = await lstat(path);
      if (!seen.has(ino)) bytes += size;
      seen.add(ino);
    }
  }
  return bytes;
}
