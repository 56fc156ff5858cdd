import { join } from 'node:path';
import type { ComputeBackend } from '@vre/compute-port';
import type { Daemon } from '@vre/daemon';
import type { Database } from '@vre/database';
import type { Clock } from '@vre/service';
import type { Logger } from '@vre/telemetry';
import { tidyJobFolder } from '../execution/job-folder.ts';
import { backendJobId, type Job } from './job.ts';
import { cancellationDone, claimCancellations } from './job-store.ts';

const graceSeconds = 3;
const claimSeconds = 60;

/** Ends the jobs of stopped runs for real; a job that could not be ended is tried again. */
export function createJobCanceller(parts: {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly backends: Readonly<Record<string, ComputeBackend>>;
}): Daemon {
  const cancel = async (job: Job): Promise<void> => {
    const backend = parts.backends[job.backend];
    if (backend === undefined || job.directory === null) return;
    // Killed between start and note, a job has no reference yet: its directory is enough to find it.
    const reference = job.reference ?? {
      backend: job.backend,
      jobId: backendJobId(job),
      jobDirectory: join(job.directory, 'control'),
    };
    await backend.cancel(reference, { graceSeconds });
    await tidyJobFolder(job.directory);
  };
  return {
    name: 'job-canceller',
    idleMilliseconds: 5000,
    step: async () => {
      const now = parts.clock.now();
      const until = new Date(now.getTime() + claimSeconds * 1000);
      const jobs = await claimCancellations(parts.database.direct, now, until);
      await Promise.all(
        jobs.map(async (job) => {
          try {
            await cancel(job);
            await cancellationDone(parts.database.direct, job.id);
          } catch (error) {
            parts.log.error({ err: error, jobId: job.id }, 'could not end a job, trying again');
          }
        }),
      );
      return jobs.length > 0 ? 'worked' : 'idle';
    },
  };
}
