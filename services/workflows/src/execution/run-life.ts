import { type ChosenBackend, chooseBackend } from '@vre/compute-process';
import type { EngineEvent } from '@vre/engine-port';
import type { PreparedEnvironment } from '@vre/environments';
import type { Specification } from '@vre/protocol-reana';
import { serialSteps } from '@vre/protocol-reana';
import type { Account } from '../authentication/account.ts';
import { jobsOfRuns } from '../jobs/job-store.ts';
import { registerOutputs } from '../lake-data/register-outputs.ts';
import { stageInputs } from '../lake-data/stage-inputs.ts';
import { effectiveInputs, fullName, type Run, specificationOf } from '../runs/run.ts';
import { createEngineLog, type EngineLog } from './engine-log.ts';
import type { ExecutionParts } from './execution-parts.ts';
import { jobLimits } from './job-limits.ts';
import { journalOf, runJob } from './job-runner.ts';
import { notConnectedSentence } from './lake-tokens.ts';
import { parameterTexts } from './parameter-texts.ts';
import { RunFailure } from './run-failure.ts';
import { setPlanned, setProgress } from './run-lease-store.ts';

type Usable = Extract<ChosenBackend, { readonly note: string }>;

/** One life of a run in one worker: from taking it on until it ended, or until the worker lost or gave it back. */
export type RunLife = {
  readonly parts: ExecutionParts;
  readonly run: Run;
  readonly account: Account;
  readonly specification: Specification;
  readonly log: EngineLog;
  /** Aborts when the run was stopped, the lease was lost or the worker ends. Running jobs go on. */
  readonly signal: AbortSignal;
  /** Where jobs run here; decided once. @throws RunFailure when they cannot run at all. */
  backend(): Promise<Usable>;
  usesRucio(options: Readonly<Record<string, unknown>>): boolean;
  /** Environments of a job, the image's first. @throws RunFailure for an unmapped image or a failed build. */
  environments(image: string, rucio: boolean): Promise<readonly PreparedEnvironment[]>;
};

export type LifeResult =
  | { readonly status: 'finished' }
  | { readonly status: 'failed'; readonly sentence: string };

export function createRunLife(
  parts: ExecutionParts,
  run: Run,
  account: Account,
  signal: AbortSignal,
): RunLife {
  const specification = specificationOf(run);
  const log = createEngineLog(parts, {
    id: run.id,
    logger: `reana-workflow-engine-${specification.workflow.type}`,
    subject: account.subject,
  });
  let backend: Promise<Usable> | undefined;
  const choose = async (): Promise<Usable> => {
    const chosen = await chooseBackend(parts.local);
    if (chosen.backend === undefined) throw new RunFailure(`Jobs cannot run here: ${chosen.sentence}`);
    return chosen;
  };
  const prepare = async (name: string): Promise<PreparedEnvironment> => {
    try {
      return await parts.environments.prepare(name, { report: (line) => log.write('INFO', line), signal });
    } catch (error) {
      signal.throwIfAborted();
      throw new RunFailure((error as Error).message, { cause: error });
    }
  };
  return {
    parts,
    run,
    account,
    specification,
    log,
    signal,
    backend: () => {
      backend ??= choose();
      return backend;
    },
    usesRucio: (options) => options.rucio === true || specification.workflow.resources?.rucio === true,
    environments: async (image, rucio) => {
      const names = [environmentFor(parts, image), ...(rucio ? [parts.rucioEnvironment] : [])];
      const prepared: PreparedEnvironment[] = [];
      for (const name of new Set(names)) prepared.push(await prepare(name));
      return prepared;
    },
  };
}

function environmentFor(parts: ExecutionParts, image: string): string {
  try {
    return parts.environments.forImage(image);
  } catch (error) {
    throw new RunFailure((error as Error).message, { cause: error });
  }
}

/** Lives the run: checks, stages lake inputs, runs the engine, registers lake outputs. Rejects when the signal aborts. */
export async function liveRun(life: RunLife): Promise<LifeResult> {
  const { parts, run, log, specification, signal } = life;
  try {
    await foresee(life);
    await stageInputs(life);
    const engine = parts.engines.find(({ type }) => type === specification.workflow.type);
    if (!engine)
      throw new RunFailure(`Workflows of type ${specification.workflow.type} are not supported here.`);
    const journal = journalOf(await jobsOfRuns(parts.database.direct, [run.id]));
    const stored: Promise<void>[] = [];
    const emit = (event: EngineEvent): void => {
      if (event.type === 'log') log.write(event.level, event.message);
      else if (event.type === 'planned')
        stored.push(setPlanned(parts.database.direct, run.id, event.totalJobs));
      else stored.push(setProgress(parts.database.direct, run.id, event.command, event.stepName));
      // Awaited below; until then a failure must not count as unhandled.
      stored.at(-1)?.catch(() => undefined);
    };
    const document = {
      specification: JSON.parse(run.specification).workflow.specification as unknown,
      ...effectiveInputs(run, parameterTexts),
    };
    const result = await engine.run(document, {
      journal: { find: (key) => journal.get(key) },
      runJob: async (job) => {
        await Promise.all(stored.splice(0));
        return runJob(life, job);
      },
      emit,
      signal,
    });
    signal.throwIfAborted();
    await Promise.all(stored);
    if (result.status === 'failed') return result;
    await registerOutputs(life);
    log.write('INFO', `Workflow ${fullName(run)} finished.`);
    return result;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof RunFailure)) throw error;
    log.write('ERROR', error.message);
    return { status: 'failed', sentence: error.message };
  } finally {
    await log.flush();
  }
}

/** What can be known to fail is said before anything starts. */
async function foresee(life: RunLife): Promise<void> {
  const { parts, specification, account, log } = life;
  const steps = specification.workflow.type === 'serial' ? serialSteps(specification) : [];
  for (const [index, step] of steps.entries()) {
    environmentFor(parts, step.environment);
    jobLimits(step, parts.policy, step.name ? `Step ${step.name}` : `Step ${index + 1}`);
    for (const wish of ['kerberos', 'voms_proxy'] as const) {
      if (step[wish])
        log.write(
          'WARNING',
          `${wish} is not offered here: step ${step.name ?? index + 1} gets no such credential.`,
        );
    }
  }
  const lakeData = [
    ...(specification.inputs?.['data-lake'] ?? []),
    ...(specification.outputs?.['data-lake'] ?? []),
  ];
  const usesLake = lakeData.length > 0 || life.usesRucio({}) || steps.some((step) => step.rucio === true);
  if (usesLake && !(await parts.lakeTokens.connected(account))) {
    throw new RunFailure(notConnectedSentence(parts.addresses));
  }
  const { description, note } = await life.backend();
  if (note !== '') log.write('WARNING', `Jobs run as plain processes: ${note}.`);
  log.write(
    'INFO',
    `Jobs run by ${description.name}: ${description.isolation}; limits by ${description.limitsBy}.`,
  );
  if (usesLake && steps.some((step) => life.usesRucio(step)) && parts.network !== 'open') {
    log.write('INFO', 'Steps with rucio: true reach the whole network.');
  }
}
