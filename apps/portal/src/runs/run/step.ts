import type { DecodedLogs, JobStatus, RunDetails } from '@vre/protocol-reana';
import { parseMoment } from '../../units/moment.ts';

/** One job of a run, however the server tells about it. */
export type Step = {
  readonly id: string;
  readonly name: string;
  readonly status: JobStatus;
  readonly command: string;
  readonly image: string;
  /** Environment that really ran in place of the image, if the server says so. */
  readonly environment: string | undefined;
  readonly backend: string;
  readonly isolation: string | undefined;
  /** How it ended, in words. */
  readonly ending: string | undefined;
  readonly start: Date | undefined;
  readonly end: Date | undefined;
};

const filled = (text: string): string | undefined => (text === '' ? undefined : text);

export const stepsOfDetails = ({ jobs }: RunDetails): readonly Step[] =>
  jobs.map((job, place) => ({
    id: job.id,
    name: job.stepName || `Step ${place + 1}`,
    status: job.status,
    command: job.command,
    image: job.image,
    environment: filled(job.environment),
    backend: job.backend,
    isolation: filled(job.isolation),
    ending: filled(job.sentence),
    start: parseMoment(job.startedAt),
    end: parseMoment(job.finishedAt),
  }));

export const stepsOfLogs = ({ job_logs: jobs }: DecodedLogs): readonly Step[] =>
  Object.entries(jobs).map(([id, job], place) => ({
    id,
    name: job.job_name || `Step ${place + 1}`,
    status: job.status,
    command: job.cmd,
    image: job.docker_img,
    environment: undefined,
    backend: job.compute_backend,
    isolation: undefined,
    ending: undefined,
    start: parseMoment(job.started_at),
    end: parseMoment(job.finished_at),
  }));
