import type { ComputeBackend, JobRef, JobState } from '@vre/compute-port';
import { serverFolder } from '../launch/server-folder.ts';
import { lastLogLines } from './job-log.ts';
import type { ServerParts } from './server-parts.ts';

/** The job of one start, found by its folder when nobody wrote its reference down. */
export interface ServerJob {
  state(): Promise<JobState>;
  cancel(graceSeconds: number): Promise<void>;
  log(): Promise<readonly string[]>;
}

export function jobsIn(
  parts: Pick<ServerParts, 'backends' | 'local'>,
  directory: string,
  job: JobRef | null = null,
): ServerJob {
  const ref = job ?? { backend: 'process', jobId: '', jobDirectory: serverFolder(directory).control };
  // Back-ends of this machine find each other's jobs by the job directory alone.
  const backend: ComputeBackend = parts.backends[ref.backend] ?? parts.local.plain;
  return {
    state: () => backend.state(ref),
    cancel: (graceSeconds) => backend.cancel(ref, { graceSeconds }),
    log: () => lastLogLines(backend, ref),
  };
}
