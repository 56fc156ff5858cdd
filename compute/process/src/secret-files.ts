import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { JobSpec } from '@vre/compute-port';
import type { JobOwner } from './run-as.ts';

/** Writes a job's secrets, 0600 and owned by the job's uid, each complete or not at all. */
export async function writeSecretFiles(
  files: JobSpec['secretFiles'],
  owner: JobOwner | undefined,
): Promise<void> {
  for (const { path, content } of files) {
    await mkdir(dirname(path), { recursive: true, mode: 0o711 });
    const part = `${path}.part`;
    await rm(part, { force: true });
    const handle = await open(part, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      if (owner !== undefined) await handle.chown(owner.uid, owner.gid);
    } finally {
      await handle.close();
    }
    await rename(part, path);
  }
}

export async function removeSecretFiles(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true });
}
