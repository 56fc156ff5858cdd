import { type Progress, unknownSize, wireBytes, wireTime } from '@vre/protocol-reana';
import type { Job } from '../jobs/job.ts';
import { outputText } from '../jobs/job-output.ts';
import { fullName, type Run } from './run.ts';

const timeOrNull = (time: Date | null): string | null => (time === null ? null : wireTime(time));

/** When the run started and ended; clients want all three keys. */
export const runTimes = (run: Run) => ({
  run_started_at: timeOrNull(run.startedAt),
  run_finished_at: timeOrNull(run.finishedAt),
  run_stopped_at: timeOrNull(run.stoppedAt),
});

/** Times and counts. `total` is what the engine planned and never shrinks. */
export function runProgress(run: Run, jobs: readonly Job[]): Progress {
  const count = (status: Job['status']) => {
    const ids = jobs.filter((job) => job.status === status).map(({ id }) => id);
    return { total: ids.length, job_ids: ids };
  };
  return {
    ...runTimes(run),
    total: { total: Math.max(run.totalJobs, jobs.length), job_ids: [] },
    running: count('running'),
    finished: count('finished'),
    failed: count('failed'),
    current_command: run.currentCommand,
    current_step_name: run.currentStepName,
  };
}

/** A run in a list. */
export function runItem(
  run: Run,
  email: string,
  options: { readonly progress: Progress | undefined; readonly size: boolean },
) {
  return {
    id: run.id,
    name: fullName(run),
    status: run.status,
    user: run.accountId,
    created: wireTime(run.createdAt),
    launcher_url: null,
    progress: options.progress ?? runTimes(run),
    size: options.size ? wireBytes(run.workspaceBytes) : unknownSize,
    owner_email: email,
    shared_with: [],
    services: [],
    ...(run.reason === null ? {} : { x_reason: run.reason }),
  };
}

/** A job with its output so far, as it stands in `logs`: these keys and no others. */
export async function jobLogEntry(job: Job) {
  return {
    workflow_uuid: job.runId,
    job_name: job.stepName,
    compute_backend: job.backend,
    backend_job_id: job.reference?.jobId ?? '',
    docker_img: job.image,
    cmd: job.command,
    status: job.status,
    logs: await jobText(job),
    started_at: timeOrNull(job.startedAt),
    finished_at: timeOrNull(job.finishedAt),
  };
}

/** What really ran and how it was kept apart, the output, and how it ended. */
async function jobText(job: Job): Promise<string> {
  const head =
    job.backend === ''
      ? ''
      : `job: environment ${job.environment} in place of image ${job.image}\njob: ${job.backend}: ${job.isolation}\n`;
  const output = await outputText(job);
  const separated = output === '' || output.endsWith('\n') ? output : `${output}\n`;
  return `${head}${separated}${job.sentence === '' ? '' : `job: ${job.sentence}\n`}`;
}
