import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBubblewrapBackend } from '@vre/compute-bubblewrap';
import { createProcessBackend } from '@vre/compute-process';
import { sql } from '@vre/database';
import type { BuiltEnvironment, Environment } from '@vre/environments';
import { NotConnected, type TokenKeeper } from '@vre/identity';
import type { Addresses } from '@vre/service';
import { type TestContext, testContext } from '@vre/testing';
import Fastify from 'fastify';
import type { Account } from '../accounts/account.ts';
import { notebooksConfigSchema } from '../notebooks-config.ts';
import { notebooksMigrations } from '../notebooks-migrations.ts';
import { issueServerToken, revokeServerTokens } from '../tokens/token-service.ts';
import type { Server } from './server.ts';
import type { ServerParts, ServerPolicy } from './server-parts.ts';
import { createServerRoom, folderPolicy, type ServerRoom, serverPolicy } from './server-room.ts';
import { findServer } from './server-store.ts';

/** A single-user server reduced to what the hub looks at. What it does beside answering is named by its environment. */
const stubProgram = `#!/usr/bin/python3
import http.server, json, os, sys, time, urllib.parse
profile = os.environ["STUB_PROFILE"]
print("starting as", profile, flush=True)
if profile == "dies":
    print("ImportError: no such module", flush=True)
    sys.exit(3)
if profile == "silent":
    time.sleep(600)
url = urllib.parse.urlparse(os.environ["JUPYTERHUB_SERVICE_URL"])
state = {"busy": False}
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_): pass
    def do_GET(self):
        path = self.path[len(url.path):].split("?")[0]
        if path == "die": os._exit(9)
        if path == "shutdown": os._exit(0)
        if path == "eat": state["eaten"] = b"x" * 10**9
        if path == "busy": state["busy"] = True
        if path == "rest": state["busy"] = False
        allowed = self.headers.get("authorization") == "token " + os.environ["JUPYTERHUB_API_TOKEN"]
        answers = {
            "api": {"version": "stub"},
            "environment": dict(os.environ),
            "pid": os.getpid(),
            "api/kernels": [{"execution_state": "busy" if state["busy"] else "idle"}],
        }
        body = json.dumps(answers.get(path)).encode()
        self.send_response(403 if path == "api/kernels" and not allowed else 200)
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer((url.hostname, url.port), Handler).serve_forever()
`;

/** Servers over a fresh database, with real processes and stand-ins for JupyterLab, issuer and workflow service. */
export interface ServersUnderTest {
  readonly context: TestContext;
  readonly account: Account;
  /** REANA tokens that exist now. */
  readonly reanaTokens: ReadonlySet<string>;
  /** Life of lake tokens in seconds; undefined when the issuer refuses. */
  tokenLife: number | undefined;
  /** The stand-in for an environment. */
  built(name: string): BuiltEnvironment;
  worker(change?: Partial<ServerParts>, policy?: Partial<ServerPolicy>): ServerRoom;
  server(name?: string): Promise<Server>;
  /** Steps the workers' daemons until the server is in a state. */
  reach(state: Server['state'], rooms: readonly ServerRoom[], name?: string): Promise<Server>;
  /** Asks a running server. */
  ask(path: string, name?: string): Promise<unknown>;
  close(): Promise<void>;
}

const asRoot = process.getuid?.() === 0;
export const runAs = asRoot ? { uid: 20_004, gid: 20_004 } : ('self' as const);

export async function startServersUnderTest(
  options: {
    readonly policy?: Partial<ServerPolicy>;
    readonly addresses?: Partial<Addresses>;
    readonly sandboxed?: boolean;
  } = {},
): Promise<ServersUnderTest> {
  const reanaTokens = new Set<string>();
  const workflows = Fastify();
  workflows.post('/api/x-tokens', async (_, reply) => {
    const id = `token-${reanaTokens.size + 1}`;
    reanaTokens.add(id);
    return reply.code(201).send({ id, token: `secret-of-${id}` });
  });
  workflows.delete<{ Params: { id: string } }>('/api/x-tokens/:id', async (request, reply) => {
    reanaTokens.delete(request.params.id);
    return reply.code(204).send();
  });
  const url = await workflows.listen({ host: '127.0.0.1', port: 0 });
  const context = await testContext('hub', notebooksMigrations, {
    internal: () => url,
    ...options.addresses,
  });
  const dataDirectory = await mkdtemp(join(tmpdir(), 'vre-servers-'));
  await chmod(dataDirectory, 0o711);
  const bin = join(dataDirectory, 'stub', 'bin');
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'jupyterhub-singleuser'), stubProgram, { mode: 0o755 });

  const account = await makeAccount(context);
  const built = (name: string): BuiltEnvironment => ({
    name,
    directory: join(dataDirectory, 'stub'),
    binDirectory: bin,
    paths: [join(dataDirectory, 'stub')],
    python: '3.11.2',
    title: `Environment ${name}`,
    kernels: ['python'],
  });
  const declared = (name: string): Environment => ({
    name,
    title: `Environment ${name}`,
    description: '',
    owner: 'test',
    python: '3.11',
    smokeTest: [],
    images: [],
    lock: 'ipykernel==7.4.0\n',
    ...(name === 'lab' || name === 'reana-client'
      ? {}
      : {
          profile: {
            title: name,
            summary: '',
            category: 'general' as const,
            kernels: ['python' as const],
            order: 0,
            gpu: false,
            missing: [],
          },
        }),
  });
  const backendOptions = { runAs, graceSeconds: 1, livenessMilliseconds: 300 };
  const plain = createProcessBackend(backendOptions);
  const sandbox = createBubblewrapBackend({
    ...backendOptions,
    program: options.sandboxed ? 'bwrap' : '/no/such/bwrap',
  });
  const rooms = new Set<ServerRoom>();

  const subject: ServersUnderTest = {
    context,
    account,
    reanaTokens,
    tokenLife: 600,
    built,
    worker: (change = {}, policy = {}) => {
      const keeper: TokenKeeper = {
        keep: async () => undefined,
        forget: async () => undefined,
        has: async () => subject.tokenLife !== undefined,
        accessToken: async (person, { audience }) => {
          if (subject.tokenLife === undefined) throw new NotConnected(person.subject);
          const now = context.clock.now().getTime();
          return { token: `${audience} ${now}`, expiresAt: new Date(now + subject.tokenLife * 1000) };
        },
      };
      const room = createServerRoom({
        ...context,
        dataDirectory,
        local: { sandbox, plain, plainAllowed: async () => ({ allowed: true, because: 'this is a test' }) },
        backends: { bubblewrap: sandbox, process: plain },
        environments: ['python', 'other', 'dies', 'silent', 'lab', 'reana-client'].map(declared),
        build: async ({ name }, { report }) => {
          report(`building ${name}`);
          return subject.built(name);
        },
        prepareKernels: async ({ kernel, directory }) => ({
          jupyterPath: directory,
          variables: { STUB_PROFILE: kernel.name },
          paths: kernel.paths,
          first: ['true'],
        }),
        elements: [],
        keeper,
        tokens: { issueServerToken, revokeServerTokens },
        policy: {
          ...serverPolicy(notebooksConfigSchema.parse({})),
          memoryBytes: 500_000_000,
          startSeconds: 20,
          graceSeconds: 1,
          ...options.policy,
          ...policy,
        },
        folders: folderPolicy(notebooksConfigSchema.parse({})),
        ...change,
      });
      rooms.add(room);
      return room;
    },
    server: async (name = '') => {
      const found = await findServer(context.database.direct, account.id, name);
      if (found === undefined) throw new Error(`no server "${name}"`);
      return found;
    },
    reach: async (state, working, name = '') => {
      const deadline = performance.now() + 60_000;
      for (;;) {
        const now = await subject.server(name);
        if (now.state === state) return now;
        if (performance.now() > deadline) {
          throw new Error(`the server is ${now.state}, not ${state}: ${JSON.stringify(now)}`);
        }
        await step(working);
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    },
    ask: async (path, name = '') => {
      const { port } = await subject.server(name);
      const prefix = name === '' ? '/user/ada/' : `/user/ada/${name}/`;
      const answer = await context.http.request(`http://127.0.0.1:${port}${prefix}${path}`);
      const text = await answer.body.text();
      return text === '' ? undefined : JSON.parse(text);
    },
    close: async () => {
      const { rows } = await sql<{ id: string }>`
        update hub.server set state = 'stopping', lease_holder = null, lease_until = null
        where state not in ('stopped', 'failed') returning id`.execute(context.database.direct);
      const last = subject.worker();
      if (rows.length > 0) await step([last]);
      await Promise.all([...rooms].map((room) => room.abandon()));
      await workflows.close();
      await context.dispose();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
  return subject;
}

/** One step of every daemon of every worker. */
export async function step(rooms: readonly ServerRoom[]): Promise<void> {
  const signal = AbortSignal.timeout(60_000);
  await Promise.all(rooms.flatMap(({ daemons }) => daemons.map((daemon) => daemon.step(signal))));
}

async function makeAccount(context: TestContext): Promise<Account> {
  const account: Account = {
    id: context.identifiers.uuid(),
    issuer: context.addresses.issuer,
    subject: 'subject-of-ada',
    name: 'ada',
    username: 'ada',
    fullName: 'Ada',
    email: '',
    groups: [],
    number: 1,
    createdAt: context.clock.now(),
    lastActivityAt: null,
  };
  const { id, issuer, subject, name, username, createdAt } = account;
  await sql`
    insert into hub.account (id, issuer, subject, name, username, created_at)
    values (${id}, ${issuer}, ${subject}, ${name}, ${username}, ${createdAt})`.execute(
    context.database.direct,
  );
  return account;
}
