import type { Database, Transaction } from '@vre/database';
import type { EnvironmentSource } from '@vre/environments';
import type { Outbox, Wakeups } from '@vre/events';
import { messages, ReanaError, startBodySchema } from '@vre/protocol-reana';
import type { Clock, Identifiers } from '@vre/service';
import type { Account } from '../authentication/account.ts';
import { stopJobsOfRun } from '../jobs/job-store.ts';
import type { QuotaGate } from '../quota/quota.ts';
import { judgeImages, unmappedImages } from '../specification/judge-images.ts';
import { judgeSpecification, judgeStart } from '../specification/judge-specification.ts';
import type { Workspaces } from '../workspace/workspaces.ts';
import { fullName, type Run, specificationOf } from './run.ts';
import { runStatusEvent } from './run-events.ts';
import { isUuid4 } from './run-lookup.ts';
import {
  findRunById,
  insertRun,
  lockRunNumbers,
  moveRun,
  nextMajor,
  nextMinor,
  runsNamed,
} from './run-store.ts';

/** What people do with runs. Every method is one transaction, with its events. */
export interface RunService {
  /** `specification` is the JSON text of the request. */
  create(account: Account, name: string, specification: string): Promise<Run>;
  /** `request` is the JSON text of the start; a restart makes and returns a new run. */
  start(account: Account, run: Run, request: string): Promise<Run>;
  stop(account: Account, run: Run): Promise<void>;
  /** Returns the runs that were deleted. */
  remove(account: Account, run: Run, allRuns: boolean): Promise<readonly Run[]>;
}

export function createRunService(parts: {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly wakeups: Wakeups;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly workspaces: Workspaces;
  readonly quota: QuotaGate;
  readonly engines: readonly string[];
  readonly environments: Pick<EnvironmentSource, 'forImage'>;
}): RunService {
  const { database, outbox, wakeups, clock, identifiers, workspaces, quota, engines, environments } = parts;

  const publish = (transaction: Transaction, account: Account, runs: readonly Run[], status: string) =>
    outbox.publish(
      transaction,
      runs.map((run) => runStatusEvent(account.subject, run, status)),
    );
  const reload = async (id: string): Promise<Run> => {
    const run = await findRunById(database.direct, id);
    if (!run) throw new Error(`run ${id} vanished`);
    return run;
  };

  async function create(account: Account, givenName: string, text: string): Promise<Run> {
    const name = givenName.trim() === '' ? 'workflow' : givenName.trim();
    if (isUuid4(name)) throw new ReanaError(400, messages.nameIsUuid);
    if (name.includes('.')) throw new ReanaError(400, messages.nameHasDots);
    if (!/^[\x20-\x7e]{1,255}$/.test(name) || name.includes('/')) {
      throw new ReanaError(400, 'A workflow name is up to 255 ASCII characters without "/".');
    }
    const judged = judgeSpecification(JSON.parse(text), engines);
    // Not refused yet: it may be mapped before the start, and files can be looked at without one.
    const warnings = [...judged.warnings, ...unmappedImages(judged.specification, environments)];
    const id = identifiers.uuid();
    await database.transaction(async (transaction) => {
      await lockRunNumbers(transaction, account.id, name);
      await insertRun(transaction, {
        id,
        accountId: account.id,
        name,
        major: await nextMajor(transaction, account.id, name),
        minor: 0,
        status: 'created',
        specification: text,
        startRequest: null,
        warnings,
        workspaceId: id,
        createdAt: clock.now(),
        queuedAt: null,
      });
    });
    const run = await reload(id);
    (await workspaces.open(run)).close();
    await publish(database.direct as Transaction, account, [run], 'created');
    return run;
  }

  async function restart(account: Account, origin: Run, request: string): Promise<Run> {
    if (origin.status !== 'finished' && origin.status !== 'failed') {
      throw new ReanaError(403, messages.cannotRestart);
    }
    const body = startBodySchema.parse(JSON.parse(request));
    const replacement = body?.reana_specification ?? undefined;
    const specification = replacement === undefined ? origin.specification : JSON.stringify(replacement);
    const judged = judgeSpecification(JSON.parse(specification), engines);
    if (judged.specification.workflow.type !== specificationOf(origin).workflow.type) {
      throw new ReanaError(400, 'A restart cannot change the type of the workflow.');
    }
    judgeStart(judged.specification, body ?? {});
    judgeImages(judged.specification, environments);
    const id = identifiers.uuid();
    const now = clock.now();
    await database.transaction(async (transaction) => {
      await lockRunNumbers(transaction, account.id, origin.name);
      await insertRun(transaction, {
        id,
        accountId: account.id,
        name: origin.name,
        major: origin.major,
        minor: await nextMinor(transaction, account.id, origin.name, origin.major),
        status: 'queued',
        specification,
        startRequest: request,
        warnings: judged.warnings,
        workspaceId: origin.workspaceId,
        createdAt: now,
        queuedAt: now,
      });
      const run = await findRunById(transaction, id);
      if (run) await publish(transaction, account, [run], 'queued');
      await wakeups.wake(transaction);
    });
    return reload(id);
  }

  async function start(account: Account, run: Run, request: string): Promise<Run> {
    await quota.check(account.id);
    const body = startBodySchema.parse(JSON.parse(request));
    if (body?.restart) return restart(account, run, request);
    judgeStart(specificationOf(run), body ?? {});
    judgeImages(specificationOf(run), environments);
    await database.transaction(async (transaction) => {
      const moved = await moveRun(transaction, run.id, 'queued', { now: clock.now(), startRequest: request });
      if (!moved) {
        const now = await findRunById(transaction, run.id);
        throw new ReanaError(403, messages.cannotStart(fullName(run), now?.status ?? run.status));
      }
      await publish(transaction, account, [run], 'queued');
      await wakeups.wake(transaction);
    });
    return reload(run.id);
  }

  async function stop(account: Account, run: Run): Promise<void> {
    await database.transaction(async (transaction) => {
      const now = clock.now();
      const moved = await moveRun(transaction, run.id, 'stopped', { now, reason: 'Stopped by its owner.' });
      if (!moved) throw new ReanaError(409, messages.notRunning(run.id));
      await stopJobsOfRun(transaction, run.id, now, 'stopped with its run');
      await publish(transaction, account, [run], 'stopped');
      await wakeups.wake(transaction);
    });
  }

  async function remove(account: Account, run: Run, allRuns: boolean): Promise<readonly Run[]> {
    return database.transaction(async (transaction) => {
      const removed: Run[] = [];
      for (const candidate of allRuns ? await runsNamed(transaction, account.id, run.name) : [run]) {
        const moved = await moveRun(transaction, candidate.id, 'deleted', { now: clock.now() });
        if (moved) removed.push(candidate);
        else if (!allRuns) throw await refusal(transaction, candidate);
      }
      await publish(transaction, account, removed, 'deleted');
      await wakeups.wake(transaction);
      return removed;
    });
  }

  async function refusal(transaction: Transaction, run: Run): Promise<ReanaError> {
    const { status } = (await findRunById(transaction, run.id)) ?? run;
    return status === 'deleted'
      ? new ReanaError(404, `Workflow ${fullName(run)} was deleted already.`)
      : new ReanaError(409, messages.running(fullName(run)));
  }

  return { create, start, stop, remove };
}
