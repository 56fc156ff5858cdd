import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ComputeBackend } from '@vre/compute-port';
import { endJobsIn } from '@vre/compute-process';
import { jobFolder } from './job-folder.ts';

/**
 * Ends every job that still runs, found by their folders alone: for an installation whose processes are stopped for
 * good. Jobs that ended before stay what they were. Answers how many folders were looked at.
 */
export async function stopLeftJobs(
  dataDirectory: string,
  backend: ComputeBackend,
  graceSeconds: number,
): Promise<number> {
  const below = (directory: string) => readdir(directory).catch(() => [] as string[]);
  const top = join(dataDirectory, 'jobs');
  const folders: string[] = [];
  for (const run of await below(top)) {
    for (const job of await below(join(top, run))) folders.push(join(top, run, job));
  }
  await endJobsIn(
    folders.map((folder) => jobFolder(folder).control),
    backend,
    graceSeconds,
  );
  return folders.length;
}
