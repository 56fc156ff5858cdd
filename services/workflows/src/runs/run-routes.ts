import type { Database } from '@vre/database';
import {
  isEnded,
  listQuerySchema,
  messages,
  ReanaError,
  type RunDetails,
  statusBodySchema,
  wireTime,
} from '@vre/protocol-reana';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Authenticator } from '../authentication/authenticator.ts';
import { type Job, jobEnded } from '../jobs/job.ts';
import { liveOutput } from '../jobs/job-output.ts';
import { jobsOfRuns } from '../jobs/job-store.ts';
import { lakeTransfersOf } from '../lake-data/lake-transfer-store.ts';
import { pageFields, pageQuery } from '../paging.ts';
import { parseJson, rawJson, readJsonBody } from '../request-body.ts';
import { parseSearch } from '../workspace/workspace-listing.ts';
import { readEngineLog } from './engine-log-store.ts';
import { effectiveInputs, endedAt, fullName, type Run, runNumber, specificationOf } from './run.ts';
import type { RunAccess } from './run-access.ts';
import { jobLogEntry, runItem, runProgress } from './run-answers.ts';
import { parseRunReference } from './run-lookup.ts';
import type { RunService } from './run-service.ts';
import { listRuns } from './run-store.ts';

type RunParams = { Params: { run: string } };

/** Runs: create, list, start, status, logs, specification, parameters, stop, delete. */
export function runRoutes(
  app: FastifyInstance,
  parts: {
    readonly database: Database;
    readonly authenticator: Authenticator;
    readonly access: RunAccess;
    readonly runs: RunService;
  },
): void {
  const { database, authenticator, access, runs } = parts;

  app.get('/api/workflows', async (request) => {
    const { account } = await authenticator.caller(request);
    const query = listQuerySchema.parse(request.query);
    const search = query.search === undefined || query.search === '' ? {} : parseSearch(query.search);
    const found =
      query.type === 'interactive'
        ? { runs: [], total: 0 }
        : await listRuns(database.direct, {
            accountId: account.id,
            statuses: query.status,
            search: search.name?.[0],
            reference:
              query.workflow_id_or_name === undefined || query.workflow_id_or_name === ''
                ? undefined
                : parseRunReference(query.workflow_id_or_name),
            order: query.sort,
            offset: (query.page - 1) * (query.size ?? 0),
            limit: query.size,
          });
    const withProgress = query.verbose || query.include_progress;
    const jobs = withProgress
      ? await jobsOfRuns(
          database.direct,
          found.runs.map(({ id }) => id),
        )
      : [];
    return {
      items: found.runs.map((run) =>
        runItem(run, account.email, {
          progress: withProgress
            ? runProgress(
                run,
                jobs.filter((job) => job.runId === run.id),
              )
            : undefined,
          size: (query.verbose || query.include_workspace_size) ?? false,
        }),
      ),
      ...pageFields(query, found.total, found.runs.length, request.url),
      user_has_workflows: found.total > 0,
    };
  });

  app.post('/api/workflows', async (request, reply) => {
    const { account } = await authenticator.caller(request);
    const { workflow_name: name = '', spec } = z
      .looseObject({ workflow_name: z.string().optional(), spec: z.string().optional() })
      .parse(request.query);
    if (spec !== undefined && spec !== '') {
      throw new ReanaError(501, 'Not implemented: send the specification itself, not its address.');
    }
    const body = rawJson(request);
    if (body === undefined || request.body === undefined) {
      throw new ReanaError(400, 'The specification is missing: send reana.yaml as JSON.');
    }
    const run = await runs.create(account, name, body);
    return reply.code(201).send({
      message: messages.created,
      workflow_id: run.id,
      workflow_name: fullName(run),
      ...(run.warnings.length === 0
        ? {}
        : { validation_warnings: run.warnings.map((message) => ({ message })) }),
    });
  });

  app.post<RunParams>('/api/workflows/:run/start', async (request) => {
    const { run, caller } = await access.find(request, request.params.run);
    const started = await runs.start(caller.account, run, startText(request));
    return {
      message: messages.submitted,
      workflow_id: started.id,
      workflow_name: started.name,
      status: 'queued',
      run_number: runNumber(started),
      user: started.accountId,
    };
  });

  app.get<RunParams>('/api/workflows/:run/status', async (request) => {
    const { run } = await access.find(request, request.params.run);
    const jobs = await jobsOfRuns(database.direct, [run.id]);
    return {
      id: run.id,
      name: fullName(run),
      created: wireTime(run.createdAt),
      status: run.status,
      user: run.accountId,
      progress: runProgress(run, jobs),
      logs: JSON.stringify(Object.fromEntries(jobs.map((job) => [job.id, { status: job.status }]))),
      ...(run.reason === null ? {} : { x_reason: run.reason }),
    };
  });

  app.put<RunParams>('/api/workflows/:run/status', async (request) => {
    const { run, caller } = await access.find(request, request.params.run);
    const { status } = request.query as { status?: string };
    const body = statusBodySchema.parse(request.body ?? {});
    const answer = (message: string, after: string, shown: Run = run) => ({
      message,
      workflow_id: shown.id,
      workflow_name: fullName(shown),
      status: after,
      user: shown.accountId,
    });
    if (status === 'start') {
      const started = await runs.start(caller.account, run, startText(request));
      return answer(messages.submitted, 'queued', started);
    }
    if (status === 'stop') {
      await runs.stop(caller.account, run);
      return answer(messages.stopped, 'stopped');
    }
    if (status === 'deleted') {
      if (body?.workspace === false) throw new ReanaError(400, messages.workspaceMustGo);
      const all = body?.all_runs ?? false;
      await runs.remove(caller.account, run, all);
      return answer(all ? messages.allDeleted(run.name) : messages.deleted, 'deleted');
    }
    throw new ReanaError(501, `Status ${status ?? ''} is not supported: use start, stop or deleted.`);
  });

  app.get<RunParams>('/api/workflows/:run/logs', async (request) => {
    const { run } = await access.find(request, request.params.run);
    const query = pageQuery.extend({ steps: z.string().optional() }).parse(request.query);
    const body =
      (await readJsonBody(request)) ?? (query.steps === undefined ? undefined : parseJson(query.steps));
    const steps = z.array(z.string()).nullish().parse(body);
    const jobs = (await jobsOfRuns(database.direct, [run.id])).filter(
      (job) => !steps?.length || steps.includes(job.stepName),
    );
    const size = query.size ?? Math.max(jobs.length, 1);
    const shown = jobs.slice((query.page - 1) * size, query.page * size);
    const jobLogs: Record<string, Awaited<ReturnType<typeof jobLogEntry>>> = {};
    for (const job of shown) jobLogs[job.id] = await jobLogEntry(job);
    const logs = {
      workflow_logs: steps?.length ? null : await readEngineLog(database.direct, run.id),
      job_logs: jobLogs,
      service_logs: {},
      engine_specific: null,
    };
    return {
      workflow_id: run.id,
      workflow_name: fullName(run),
      user: run.accountId,
      logs: JSON.stringify(logs),
      live_logs_enabled: true,
    };
  });

  app.get<RunParams>('/api/workflows/:run/x-log', async (request) => {
    const { run } = await access.find(request, request.params.run);
    const { job: jobId, offset } = z
      .looseObject({ job: z.string().optional(), offset: z.coerce.number().int().min(0).default(0) })
      .parse(request.query);
    if (jobId === undefined || jobId === '') {
      const bytes = Buffer.from(await readEngineLog(database.direct, run.id));
      return {
        text: bytes.subarray(offset).toString(),
        nextOffset: bytes.length,
        ended: isEnded(run.status),
      };
    }
    const job = (await jobsOfRuns(database.direct, [run.id])).find(({ id }) => id === jobId);
    if (!job) throw new ReanaError(404, `This run has no job ${jobId}.`);
    return liveOutput(job, offset, jobEnded(job));
  });

  app.get<RunParams>('/api/workflows/:run/x-details', async (request): Promise<RunDetails> => {
    const { run } = await access.find(request, request.params.run);
    const iso = (time: Date | null) => time?.toISOString() ?? null;
    return {
      id: run.id,
      name: fullName(run),
      status: run.status,
      reason: run.reason,
      createdAt: run.createdAt.toISOString(),
      queuedAt: iso(run.queuedAt),
      startedAt: iso(run.startedAt),
      endedAt: iso(endedAt(run)),
      totalJobs: run.totalJobs,
      warnings: [...run.warnings],
      jobs: (await jobsOfRuns(database.direct, [run.id])).map(jobDetails),
      lakeData: [...(await lakeTransfersOf(database.direct, run.id))],
    };
  });

  app.get<RunParams>('/api/workflows/:run/parameters', async (request) => {
    const { run } = await access.find(request, request.params.run);
    const { workflow } = specificationOf(run);
    return {
      id: run.id,
      name: fullName(run),
      type: workflow.type,
      parameters: effectiveInputs(run).parameters,
    };
  });

  app.get<RunParams>('/api/workflows/:run/specification', async (request) => {
    const { run } = await access.find(request, request.params.run, 403);
    return {
      specification: withoutNulls(JSON.parse(run.specification)),
      parameters: effectiveInputs(run).parameters,
    };
  });

  app.get<RunParams>('/api/workflows/:run/retention_rules', async (request) => {
    const { run } = await access.find(request, request.params.run);
    return { workflow_id: run.id, workflow_name: fullName(run), retention_rules: [] };
  });

  app.get<{ Params: { run: string; type: string } }>('/api/workflows/:run/open/:type', notOffered);
  app.post<{ Params: { run: string; type: string } }>('/api/workflows/:run/open/:type', notOffered);
  app.post<RunParams>('/api/workflows/:run/close', async (request) => {
    const { run } = await access.find(request, request.params.run);
    throw new ReanaError(404, `Workflow - ${fullName(run)} has no open interactive session.`);
  });

  async function notOffered(request: FastifyRequest): Promise<never> {
    await authenticator.caller(request);
    throw new ReanaError(
      501,
      'Interactive sessions are not offered by this server: open a notebook instead.',
    );
  }
}

const startText = (request: FastifyRequest): string => {
  const text = rawJson(request);
  return text === undefined || request.body === undefined || request.body === null ? '{}' : text;
};

/** Clients validate what they get: a null is no object for them. Only top-level sections can be null in YAML. */
function withoutNulls(specification: unknown): unknown {
  if (typeof specification !== 'object' || specification === null || Array.isArray(specification))
    return specification;
  return Object.fromEntries(
    Object.entries(specification)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [
        key,
        key === 'workflow' || key === 'inputs' || key === 'outputs' ? withoutNulls(value) : value,
      ]),
  );
}

function jobDetails(job: Job): RunDetails['jobs'][number] {
  return {
    id: job.id,
    stepName: job.stepName,
    command: job.command,
    image: job.image,
    environment: job.environment,
    backend: job.backend,
    isolation: job.isolation,
    status: job.status,
    sentence: job.sentence,
    exitCode: job.exitCode,
    startedAt: job.startedAt?.toISOString() ?? null,
    finishedAt: job.finishedAt?.toISOString() ?? null,
  };
}
