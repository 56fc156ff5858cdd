import { writeRucioFiles } from '@vre/client-files';
import { ComputeError, type JobEnd, type NetworkPolicy } from '@vre/compute-port';
import type { ChosenBackend } from '@vre/compute-process';
import type { EngineJob, JournaledJob } from '@vre/engine-port';
import { backendJobId, type Job, jobEnded } from '../jobs/job.ts';
import { outputSize } from '../jobs/job-output.ts';
import { jobFinished, jobStarted, nextAttempt, openJob, prepareJob } from '../jobs/job-store.ts';
import { runJobEvent, runLogEvent } from '../runs/run-events.ts';
import { readSecrets } from '../secrets/secret-store.ts';
import type { ExecutionParts } from './execution-parts.ts';
import { jobFolderPath, makeJobFolder, tidyJobFolder } from './job-folder.ts';
import { jobLimits } from './job-limits.ts';
import { buildJobSpec } from './job-spec.ts';
import { RunFailure } from './run-failure.ts';
import type { RunLife } from './run-life.ts';
import { keepTokenFresh } from './token-renewal.ts';

/** A job that vanished with its machine is tried again, in all so often. */
const mostAttempts = 3;
const logTickMilliseconds = 1000;

const journaled = (job: Pick<Job, 'key' | 'status' | 'sentence'>): JournaledJob => ({
  key: job.key,
  succeeded: job.status === 'finished',
  sentence: job.sentence,
});

/** Jobs that ended in an earlier life of the run. */
export const journalOf = (jobs: readonly Job[]): ReadonlyMap<string, JournaledJob> =>
  new Map(jobs.filter(jobEnded).map((job) => [job.key, journaled(job)]));

/** Runs one job to its end: finds the one of an earlier life, else submits it; then watches and writes the end down. */
export async function runJob(life: RunLife, wanted: EngineJob): Promise<JournaledJob> {
  const { parts, run, account, signal } = life;
  let job = await openJob(parts.database.direct, {
    id: parts.identifiers.uuid(),
    runId: run.id,
    key: wanted.key,
    stepName: wanted.stepName,
    image: wanted.image,
    command: wanted.command,
    createdAt: parts.clock.now(),
  });
  for (;;) {
    signal.throwIfAborted();
    if (jobEnded(job)) return journaled(job);
    const end = await attempt(life, job, wanted);
    if (end.reason === 'lost' && job.attempt < mostAttempts) {
      const again = await nextAttempt(parts.database.direct, job.id);
      if (again !== undefined) {
        life.log.write(
          'WARNING',
          `The job was lost with its machine, trying again (${again.attempt} of ${mostAttempts}).`,
        );
        job = again;
        continue;
      }
    }
    const succeeded = end.reason === 'finished';
    const finished = await parts.database.transaction(async (transaction) => {
      const status = succeeded ? 'finished' : 'failed';
      const written = await jobFinished(transaction, job.id, {
        status,
        exitCode: end.exitCode ?? null,
        sentence: end.sentence,
        startedAt: end.startedAt,
        finishedAt: end.finishedAt,
      });
      if (written) {
        await parts.outbox.publish(transaction, [
          runJobEvent(account.subject, run.id, job.id, status),
          runLogEvent(account.subject, run.id),
        ]);
      }
      return written;
    });
    await tidyJobFolder(jobFolderPath(parts.dataDirectory, run.id, job.id, job.attempt)).catch(
      (error: unknown) => parts.log.warn({ err: error, jobId: job.id }, 'could not tidy up after a job'),
    );
    // Stopped meanwhile: the run is over, and this life ends with it.
    if (!finished) throw new DOMException('the run was stopped', 'AbortError');
    return { key: job.key, succeeded, sentence: end.sentence };
  }
}

async function attempt(life: RunLife, job: Job, wanted: EngineJob): Promise<JobEnd> {
  const { parts, signal } = life;
  if (job.reference !== null) {
    const backend = backendNamed(parts, job.reference.backend);
    return watch(life, job, () => backend.watch(job.reference as NonNullable<typeof job.reference>, signal));
  }
  const chosen = await life.backend();
  const submitted = await submit(life, job, wanted, chosen);
  if ('end' in submitted) return submitted.end;
  const { reference } = submitted;
  const started = await parts.database.transaction(async (transaction) => {
    const written = await jobStarted(transaction, job.id, reference, parts.clock.now());
    if (written) {
      await parts.outbox.publish(transaction, [
        runJobEvent(life.account.subject, life.run.id, job.id, 'running'),
      ]);
    }
    return written;
  });
  if (!started) {
    // Stopped between the decision to start and the start.
    await chosen.backend.cancel(reference, { graceSeconds: 0 });
    throw new DOMException('the run was stopped', 'AbortError');
  }
  return watch(life, { ...job, reference, directory: submitted.directory }, () =>
    chosen.backend.watch(reference, signal),
  );
}

type Usable = Extract<ChosenBackend, { readonly note: string }>;

async function submit(life: RunLife, job: Job, wanted: EngineJob, chosen: Usable) {
  const { parts, run, account } = life;
  const called = wanted.stepName === '' ? `Job ${wanted.key}` : `Step ${wanted.stepName}`;
  const rucio = life.usesRucio(wanted.options);
  const limits = jobLimits(wanted.options, parts.policy, called);
  const environments = await life.environments(wanted.image, rucio);
  const directory = jobFolderPath(parts.dataDirectory, run.id, job.id, job.attempt);
  const folder = await makeJobFolder(directory);
  if (rucio) {
    const { token } = await parts.lakeTokens.token(account);
    await writeRucioFiles(folder.credentials, {
      addresses: parts.addresses,
      account: account.username,
      token,
    });
  }
  const { description } = chosen;
  const network = rucio ? 'open' : parts.network;
  const sandboxed = description.name === 'bubblewrap';
  const isolation = [
    description.isolation,
    `limits by ${description.limitsBy}`,
    chosen.note,
    policyOf(network, sandboxed),
  ]
    .filter(Boolean)
    .join('; ');
  const prepared = await prepareJob(parts.database.direct, job.id, {
    directory,
    environment: environments.map(({ name }) => name).join(' + '),
    backend: description.name,
    isolation,
  });
  if (!prepared) throw new DOMException('the run was stopped', 'AbortError');
  const spec = buildJobSpec({
    jobId: backendJobId(job),
    folder,
    workspace: parts.workspaces.path(run),
    workspaceId: run.workspaceId,
    runId: run.id,
    command: wanted.command,
    environments,
    account,
    secrets: await readSecrets(parts.database.direct, parts.secrets, account.id),
    rucio,
    sandboxed,
    limits,
    network,
  });
  try {
    return { reference: await chosen.backend.submit(spec), directory };
  } catch (error) {
    if (!(error instanceof ComputeError)) throw error;
    if (error.code === 'unavailable' || error.code === 'no-capacity') throw error;
    const now = parts.clock.now();
    const end: JobEnd = {
      reason: 'failed',
      exitCode: undefined,
      sentence: error.message,
      startedAt: undefined,
      finishedAt: now,
    };
    return { end };
  }
}

/** What the platform's policy lets the job do, for its log: a refused write or socket is explained by it. */
function policyOf(network: NetworkPolicy, sandboxed: boolean): string {
  const reach = {
    none: 'no network: sockets to other hosts are refused',
    platform: 'network platform, for now the same as open',
    open: 'open network',
  }[network];
  return `policy: ${sandboxed ? 'writes to its workspace, home and /tmp only, ' : ''}${reach}`;
}

/** Waits for the end while the browser hears of output, and the job's token stays fresh. */
async function watch(life: RunLife, job: Job, end: () => Promise<JobEnd>): Promise<JobEnd> {
  const { parts, run, account } = life;
  let seen = 0;
  const ticker = setInterval(() => {
    void outputSize(job)
      .then(async (size) => {
        if (size === seen) return;
        seen = size;
        await parts.outbox.publish(parts.database.direct, [runLogEvent(account.subject, run.id)]);
      })
      .catch((error: unknown) => parts.log.debug({ err: error }, 'could not tell about new output'));
  }, logTickMilliseconds);
  const stopRenewal = keepTokenFresh(life, job);
  try {
    return await end();
  } finally {
    clearInterval(ticker);
    stopRenewal();
  }
}

function backendNamed(parts: ExecutionParts, name: string) {
  const backend = parts.backends[name];
  if (backend === undefined) {
    throw new RunFailure(
      `A job of this run was started by the back-end "${name}", which is not configured any more.`,
    );
  }
  return backend;
}
