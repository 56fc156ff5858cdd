import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Bytes on disk below the paths, symbolic links not followed, files with several names counted once.
 * What vanishes while it is looked at counts nothing.
 */
export async function diskUsage(paths: readonly string[]): Promise<number> {
  const seen = new Set<string>();
  let bytes = 0;
  const queue = [...paths];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    try {
      const info = await lstat(path);
      const identity = `${info.dev}:${info.ino}`;
      if (seen.has(identity)) continue;
      if (info.nlink > 1 || paths.includes(path)) seen.add(identity);
      bytes += info.blocks * 512;
      if (!info.isDirectory()) continue;
      for await (const entry of await opendir(path)) queue.push(join(path, entry.name));
    } catch {
      // Removed meanwhile, or not ours to read.
    }
  }
  return bytes;
}
