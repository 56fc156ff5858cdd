import { createServer } from 'node:net';
import { createBubblewrapBackend } from '@vre/compute-bubblewrap';
import type { LocalBackends } from '@vre/compute-process';
import { createProcessBackend } from '@vre/compute-process';
import { type RunningDaemon, runDaemon } from '@vre/daemon';
import { serialEngine } from '@vre/engine-serial';
import { builtEnvironments } from '@vre/environments';
import type { HttpClient } from '@vre/http-client';
import { createHttpServer, type HttpServer } from '@vre/http-server';
import { createReanaClient, type ReanaClient } from '@vre/protocol-reana';
import type { Addresses, ServiceContext } from '@vre/service';
import { startTestIssuer, type TestContext, type TestIssuer, testContext } from '@vre/testing';
import { type WorkflowsConfig, workflowsConfigSchema } from '../workflows-config.ts';
import { workflowsMigrations } from '../workflows-migrations.ts';
import { createWorkflowsService, type WorkflowsService } from '../workflows-service.ts';

/** A workflow service on a loopback port over a fresh database, with the real engine and real processes. */
export interface WorkflowsUnderTest {
  readonly url: string;
  readonly context: TestContext;
  readonly issuer: TestIssuer;
  readonly service: WorkflowsService;
  /** A bearer token of a person for this service. */
  tokenOf(username: string): Promise<string>;
  /** The typed client of a person. */
  clientOf(username: string): Promise<ReanaClient>;
  /** Another worker over the same database; its daemons run until stopped. */
  startWorker(): TestWorker;
  close(): Promise<void>;
}

export interface TestWorker {
  readonly service: WorkflowsService;
  stop(): Promise<void>;
  /** Ends as a killed process would. */
  kill(): Promise<void>;
}

export type UnderTestOptions = {
  readonly config?: Partial<WorkflowsConfig>;
  /** No worker runs unless the test starts one. */
  readonly withoutWorker?: boolean;
  readonly addresses?: Partial<Addresses>;
  readonly port?: number;
  readonly http?: (usual: HttpClient, issuer: string) => HttpClient;
  readonly context?: Partial<ServiceContext>;
  readonly backends?: LocalBackends;
};

const asRoot = process.getuid?.() === 0;
const runAs = asRoot ? { uid: 20_003, gid: 20_003 } : ('self' as const);

/** Plain processes, because a sandbox is not everywhere; `sandboxed` uses bubblewrap. */
export function backendsForTests(sandboxed = false): LocalBackends {
  const plain = createProcessBackend({ runAs, graceSeconds: 1, livenessMilliseconds: 300 });
  const program = sandboxed ? 'bwrap' : '/no/such/bwrap';
  return {
    sandbox: createBubblewrapBackend({ runAs, graceSeconds: 1, livenessMilliseconds: 300, program }),
    plain,
    plainAllowed: async () => ({ allowed: true, because: 'this is a test' }),
  };
}

export async function startWorkflows(options: UnderTestOptions = {}): Promise<WorkflowsUnderTest> {
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const issuer = await startTestIssuer();
  const base = await testContext('workflows', workflowsMigrations, {
    issuer: issuer.issuer,
    portal: url,
    workflows: url,
    ...options.addresses,
  });
  const context: TestContext = {
    ...base,
    http: options.http?.(base.http, issuer.issuer) ?? base.http,
    ...(options.context as object),
  };
  const config = { ...workflowsConfigSchema.parse({}), ...options.config };
  const build = (): WorkflowsService =>
    createWorkflowsService(context, config, {
      engines: [serialEngine],
      backends: options.backends ?? backendsForTests(),
      environments: builtEnvironments({
        environments: [],
        ownImages: [],
        dataDirectory: context.dataDirectory,
      }),
    });
  const service = build();
  await service.start();
  const server: HttpServer = createHttpServer({
    name: 'workflows',
    log: context.log,
    metrics: context.metrics,
    hostNames: [`127.0.0.1:${port}`],
    ...service.http,
  });
  await service.routes(server.app);
  await server.listen([{ host: '127.0.0.1', port }]);

  const workers = new Set<TestWorker>();
  const startWorker = (): TestWorker => {
    const own = build();
    const daemons: RunningDaemon[] = own.daemons.map((daemon) => runDaemon(daemon, context));
    const unsubscribe = context.wakeups.subscribe(() => {
      for (const daemon of daemons) daemon.wake();
    });
    const end = async (how: () => Promise<void>): Promise<void> => {
      if (!workers.delete(worker)) return;
      unsubscribe();
      await Promise.all([...daemons.map((daemon) => daemon.stop()), how()]);
    };
    const worker: TestWorker = {
      service: own,
      stop: () => end(() => own.stop()),
      kill: () => end(() => own.executor.abandon()),
    };
    workers.add(worker);
    return worker;
  };
  if (!options.withoutWorker) startWorker();

  const tokenOf = (username: string) => {
    const sub = `00000000-0000-4000-8000-${Buffer.from(username.padEnd(6, '0').slice(0, 6)).toString('hex')}`;
    issuer.setUser(sub, {
      preferred_username: username,
      name: `${username} Tester`,
      email: `${username}@example.org`,
    });
    return issuer.token({ sub, aud: 'reana', preferred_username: username });
  };
  return {
    url,
    context,
    issuer,
    service,
    tokenOf,
    clientOf: async (username) =>
      createReanaClient({
        fetch,
        baseUrl: `${url}/api`,
        headers: { authorization: `Bearer ${await tokenOf(username)}` },
      }),
    startWorker,
    close: async () => {
      for (const worker of [...workers]) await worker.stop();
      await server.close(100);
      await issuer.close();
      await base.dispose();
    },
  };
}

/** Waits until `look` gives something, at most `seconds`. */
export async function eventually<T>(look: () => Promise<T | undefined | false>, seconds = 20): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`not within ${seconds} s: ${look.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A serial specification of one step a list of commands, in an image that any machine stands in for. */
export const serial = (
  steps: readonly (Readonly<Record<string, unknown>> & { readonly commands: readonly string[] })[],
  rest: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
  version: '0.9.0',
  workflow: {
    type: 'serial',
    specification: { steps: steps.map((step) => ({ environment: 'debian:12', ...step })) },
  },
  ...rest,
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
