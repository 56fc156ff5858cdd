import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PosixStorage } from './index.ts';

/** A directory for the contract suite, with what the suite asks about it from outside of the adapter. */
export async function posixSubject(make: (root: string) => PosixStorage | Promise<PosixStorage>) {
  const place = await mkdtemp(join(tmpdir(), 'posix-'));
  const root = join(place, 'root');
  await mkdir(root);
  const storage = await make(root);
  return {
    storage,
    dispose: async () => {
      storage.close();
      await rm(place, { recursive: true });
    },
    everythingStored: async () => {
      const found = await readdir(root, { recursive: true, withFileTypes: true });
      return found
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
        .sort();
    },
    linkOutside: async (path: string) => {
      await mkdir(join(place, 'outside'));
      await writeFile(join(place, 'outside/secret'), 'secret');
      await symlink(join(place, 'outside'), join(root, path));
      return {
        outsideUnchanged: async () =>
          (await readdir(join(place, 'outside'))).join() === 'secret' &&
          (await readFile(join(place, 'outside/secret'), 'utf8')) === 'secret',
      };
    },
  };
}
