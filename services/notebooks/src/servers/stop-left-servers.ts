import { join } from 'node:path';
import type { ComputeBackend } from '@vre/compute-port';
import { endJobsIn } from '@vre/compute-process';
import { serverFolder, serverFolders, serversDirectory } from '../launch/server-folder.ts';

/**
 * Ends every server that still runs, found by their folders alone: for an installation whose processes are stopped for
 * good. Answers how many folders were looked at.
 */
export async function stopLeftServers(
  dataDirectory: string,
  backend: ComputeBackend,
  graceSeconds: number,
): Promise<number> {
  const names = await serverFolders(dataDirectory);
  await endJobsIn(
    names.map((name) => serverFolder(join(serversDirectory(dataDirectory), name)).control),
    backend,
    graceSeconds,
  );
  return names.length;
}
