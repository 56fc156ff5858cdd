import type { JobRef } from '@vre/compute-port';
import type { JobStatus } from '@vre/protocol-reana';

/** One job of a run as stored. */
export type Job = {
  readonly id: string;
  readonly runId: string;
  readonly key: string;
  readonly stepName: string;
  readonly image: string;
  readonly command: string;
  readonly environment: string;
  readonly backend: string;
  readonly isolation: string;
  readonly status: JobStatus;
  readonly attempt: number;
  /** Folder that holds the job's control directory, home and credentials; null before it was prepared. */
  readonly directory: string | null;
  readonly reference: JobRef | null;
  readonly exitCode: number | null;
  readonly sentence: string;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
};

/** How the back-end knows this attempt of the job. */
export const backendJobId = (job: Pick<Job, 'id' | 'attempt'>): string => `${job.id}.${job.attempt}`;

export const jobEnded = (job: Pick<Job, 'status'>): boolean =>
  job.status === 'finished' || job.status === 'failed' || job.status === 'stopped';
