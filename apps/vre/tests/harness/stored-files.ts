import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Every file below a directory with its size, unfinished and hidden ones too. */
export async function storedFiles(
  directory: string,
): Promise<readonly { readonly path: string; readonly bytes: number }[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        // One that is renamed or removed meanwhile is not there.
        const found = await stat(path).catch(() => undefined);
        return found && { path, bytes: found.size };
      }),
  );
  return files.filter((file) => file !== undefined);
}
