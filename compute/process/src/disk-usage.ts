import { lstat, opendir } from 'node:fs/promises';

/**
 * Bytes on disk below the paths, symbolic links not followed, files with several names counted once.
 * What vanishes while it is looked at counts nothing. Directories nested so deeply that the system cannot name what
 * they hold (PATH_MAX) count without limit: nobody could count or list it, and no program needs them.
 */
export async function diskUsage(paths: readonly string[]): Promise<number> {
  const seen = new Set<string>();
  const tops = new Set(paths);
  let bytes = 0;
  // Bytes, not text: a job may give names that are no UTF-8.
  const queue: (string | Buffer)[] = [...paths];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    try {
      const info = await lstat(path);
      const identity = `${info.dev}:${info.ino}`;
      if (seen.has(identity)) continue;
      if (info.nlink > 1 || (typeof path === 'string' && tops.has(path))) seen.add(identity);
      bytes += info.blocks * 512;
      if (!info.isDirectory()) continue;
      const above = Buffer.concat([Buffer.from(path as string), slash]);
      for await (const { name } of await opendir(path, { encoding: 'buffer' as never })) {
        queue.push(Buffer.concat([above, name as unknown as Buffer]));
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENAMETOOLONG') return Number.POSITIVE_INFINITY;
      // Removed meanwhile, or not ours to read.
    }
  }
  return bytes;
}

const slash = Buffer.from('/');
