import { chmod, mkdir } from 'node:fs/promises';
import type { LocalBackends } from '@vre/compute-process';
import { plainProcessesAllowed } from '@vre/compute-process';
import { sql } from '@vre/database';
import type { Engine } from '@vre/engine-port';
import type { EnvironmentSource } from '@vre/environments';
import { createIssuerClient, createTokenKeeper, createTokenVerifier } from '@vre/identity';
import { audiences, type Service, type ServiceContext } from '@vre/service';
import { z } from 'zod';
import { countAccounts } from './authentication/account-store.ts';
import { createAuthenticator } from './authentication/authenticator.ts';
import { mintToken, tokenRoutes } from './authentication/token-routes.ts';
import { connectRoutes } from './connect/connect-routes.ts';
import { createConnectService } from './connect/connect-service.ts';
import { renderError } from './error-rendering.ts';
import { eventRoutes } from './events-routes.ts';
import type { ExecutionParts } from './execution/execution-parts.ts';
import type { JobPolicy } from './execution/job-limits.ts';
import { createLakeTokens } from './execution/lake-tokens.ts';
import { createRunExecutor, type RunExecutor } from './execution/run-executor.ts';
import { infoRoutes } from './info/info-routes.ts';
import { createJobCanceller } from './jobs/job-canceller.ts';
import { createQuotaGate } from './quota/quota.ts';
import { bodyParsers } from './request-body.ts';
import { diffRoutes } from './runs/diff-routes.ts';
import { createRunAccess } from './runs/run-access.ts';
import { auditRuns } from './runs/run-audit.ts';
import { createRunJanitor } from './runs/run-janitor.ts';
import { runRoutes } from './runs/run-routes.ts';
import { createRunService } from './runs/run-service.ts';
import { addWorkspaceBytes } from './runs/run-store.ts';
import { secretRoutes } from './secrets/secret-routes.ts';
import type { WorkflowsConfig } from './workflows-config.ts';
import { workflowsMigrations } from './workflows-migrations.ts';
import { workspaceRoutes } from './workspace/workspace-routes.ts';
import { createWorkspaces } from './workspace/workspaces.ts';

/** What runs are made of; the composition root puts in engines, back-ends and environments. */
export type WorkflowsParts = {
  readonly engines: readonly Engine[];
  /** `plainAllowed` replaces the decision in tests. */
  readonly backends: Pick<LocalBackends, 'sandbox' | 'plain'> & Partial<LocalBackends>;
  readonly environments: EnvironmentSource & {
    /** Names of the environments that can be used. */
    readonly known: () => readonly string[];
  };
};

/** The workflow service, and its executor for tests that step it by hand. */
export type WorkflowsService = Service & { readonly executor: RunExecutor };

/** The REANA API below `/api/`, with the daemons that run what was started. */
export function createWorkflowsService(
  context: ServiceContext,
  config: WorkflowsConfig,
  parts: WorkflowsParts,
): WorkflowsService {
  const { database, clock, identifiers, addresses, dataDirectory, outbox, wakeups } = context;
  const verifier = createTokenVerifier(
    [{ issuer: addresses.issuer, audiences: [audiences.workflows] }],
    context.http,
    () => clock.now(),
  );
  const issuer =
    verifier.issuer(addresses.issuer) ??
    createIssuerClient(addresses.issuer, context.http, () => clock.now());
  const keeper = createTokenKeeper({
    database,
    schema: 'workflows',
    secrets: context.secrets,
    issuer,
    client: context.oidcClient,
    now: () => clock.now(),
  });
  const authenticator = createAuthenticator({
    database,
    verifier,
    keeper,
    clock,
    identifiers,
    portal: addresses.portal,
  });
  const workspaces = createWorkspaces(dataDirectory);
  const quota = createQuotaGate(database, clock, {
    diskBytes: config.quota.disk,
    cpuMilliseconds: config.quota['run-time'] === undefined ? undefined : config.quota['run-time'] * 1000,
  });
  const policy: JobPolicy = {
    memoryBytes: config.job.memory,
    mostMemoryBytes: config.job['max-memory'],
    wallSeconds: config.job['wall-time'],
    mostWallSeconds: config.job['max-wall-time'],
    cpus: config.job.cpus,
    processes: config.job.processes,
    diskBytes: config.job.disk,
  };
  const engineTypes = parts.engines.map(({ type }) => type);
  const runs = createRunService({
    database,
    outbox,
    wakeups,
    clock,
    identifiers,
    workspaces,
    quota,
    engines: engineTypes,
    environments: parts.environments,
  });
  const access = createRunAccess(database, authenticator);
  const connect = createConnectService(context, issuer, keeper);
  const backends = { bubblewrap: parts.backends.sandbox, process: parts.backends.plain };
  const plainAllowed = async () => {
    const platformUid = process.getuid?.() ?? -1;
    return plainProcessesAllowed({
      platformUid,
      uidPerAccount: platformUid === 0,
      operatorIsOnlyPerson: (await countAccounts(database.direct)) <= 1,
      trustUsers: config['trust-users'],
      trustUsersKey: 'workflows.trust-users',
    });
  };
  const execution: ExecutionParts = {
    database,
    outbox,
    wakeups,
    clock,
    identifiers,
    log: context.log,
    secrets: context.secrets,
    http: context.http,
    addresses,
    dataDirectory,
    workspaces,
    engines: parts.engines,
    local: { ...parts.backends, plainAllowed: parts.backends.plainAllowed ?? plainAllowed },
    backends,
    environments: parts.environments,
    rucioEnvironment: config['rucio-environment'],
    lakeTokens: createLakeTokens(keeper, addresses),
    policy,
    network: config.network,
  };
  const executor = createRunExecutor(execution, {
    concurrentRuns: config['concurrent-runs'],
    leaseSeconds: config.lease,
  });

  return {
    name: 'workflows',
    migrations: workflowsMigrations,
    http: { renderError },
    executor,
    routes: async (app) => {
      bodyParsers(app);
      infoRoutes(app, {
        authenticator,
        quota,
        policy,
        engines: engineTypes,
        environments: parts.environments.known,
        now: () => clock.now(),
      });
      runRoutes(app, { database, authenticator, access, runs });
      diffRoutes(app, { access, workspaces });
      workspaceRoutes(app, {
        access,
        workspaces,
        countBytes: (run, change) => addWorkspaceBytes(database.direct, run.workspaceId, change),
        checkQuota: quota.check,
      });
      secretRoutes(app, context, authenticator);
      tokenRoutes(app, context, authenticator, config['token-life']);
      connectRoutes(app, context, authenticator, connect);
      eventRoutes(app, context, authenticator);
    },
    operatorRoutes: async (app) => {
      app.post('/tokens', async (request, reply) => {
        const { username, label } = z
          .object({ username: z.string(), label: z.string().default('made by the operator') })
          .parse(request.body);
        const { rows } = await sql<{ id: string }>`
          select id from workflows.account where username = ${username}`.execute(database.direct);
        if (!rows[0]) {
          return reply
            .code(404)
            .send({ message: `${username} has not used workflows yet: they sign in to the portal first.` });
        }
        return reply.code(201).send(await mintToken(context, rows[0].id, label, config['token-life']));
      });
    },
    daemons: [
      executor.daemon,
      createJobCanceller({ database, clock, log: context.log, backends }),
      createRunJanitor({ database, outbox, clock, workspaces, dataDirectory }),
    ],
    start: async () => {
      await mkdir(dataDirectory, { recursive: true });
      // Jobs with uids of their own pass through to their workspaces.
      await chmod(dataDirectory, 0o711);
    },
    stop: () => executor.stop(),
    health: async () => {
      await sql`select 1`.execute(database.direct);
      return { ok: true, detail: `Runs ${engineTypes.join(', ')} workflows.` };
    },
    audit: () => auditRuns(database, workspaces, clock.now()),
  };
}
