import type { ComputeBackend } from '@vre/compute-port';

/**
 * Ends every job that still runs in these job directories: for an installation whose processes are stopped for good,
 * when nothing but the directories is left to go by. Jobs that ended before stay what they were.
 */
export async function endJobsIn(
  jobDirectories: readonly string[],
  backend: ComputeBackend,
  graceSeconds: number,
): Promise<void> {
  await Promise.all(
    jobDirectories.map((jobDirectory) =>
      backend.cancel({ backend: 'process', jobId: '', jobDirectory }, { graceSeconds }),
    ),
  );
}
