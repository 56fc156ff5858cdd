import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Daemon } from '@vre/daemon';
import { createHttpServer } from '@vre/http-server';
import type { Service } from '@vre/service';
import { checksumOfBytes } from '@vre/storage-checksums';
import { startTestIssuer, type TestContext, type TestIssuer, testContext } from '@vre/testing';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { dataLakeConfigSchema } from '../config.ts';
import { createDataLakeService } from '../data-lake-service.ts';
import { dataLakeMigrations } from '../migrations.ts';
import { hashPath } from '../rses/pfn.ts';

/** A started lake of three elements in directories, with an issuer, its daemons stepped by hand. */
export interface LakeForTests {
  readonly context: TestContext;
  readonly issuer: TestIssuer;
  readonly service: Service;
  readonly app: FastifyInstance;
  /** Sends a request as a person (a user name) or, with `undefined`, as nobody. */
  ask(
    who: string | undefined,
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<LightMyRequestResponse>;
  /** Rows of an answer in lines. */
  rows(who: string, url: string, body?: unknown): Promise<readonly Record<string, unknown>[]>;
  token(who: string): Promise<string>;
  /** Steps every daemon until none finds work. */
  settle(): Promise<void>;
  daemon(name: string): Daemon;
  /** Where the bytes of a file lie on an element. */
  fileOn(rse: string, scope: string, name: string): string;
  /** Lets an element be no directory, as when a disk is not mounted. Returns what brings it back. */
  takeAway(rse: string): Promise<() => Promise<void>>;
  /** Registers a file whose bytes are stored on an element, as a finished upload. */
  put(who: string, rse: string, name: string, content: string): Promise<void>;
  dispose(): Promise<void>;
}

const elementNames = ['LOCAL-A', 'LOCAL-B', 'LOCAL-C'];

export async function startLakeForTests(
  settings: Readonly<Record<string, unknown>> = {},
): Promise<LakeForTests> {
  const issuer = await startTestIssuer();
  const context = await testContext('lake', dataLakeMigrations, { issuer: issuer.issuer });
  const elements = elementNames.map((name) => ({
    name,
    pathPrefix: name.toLowerCase(),
    directory: join(context.dataDirectory, name),
  }));
  const passwordFile = join(context.dataDirectory, 'root-password');
  await writeFile(passwordFile, 'a password of tests\n', { mode: 0o600 });
  const config = dataLakeConfigSchema.parse({
    userpass: [{ identity: 'ops', account: 'root', 'password-file': passwordFile }],
    'unlocked-replica-grace': 0,
    ...settings,
  });
  const service = createDataLakeService(context, config, { elements });
  await service.start();
  const { app } = createHttpServer({
    name: 'lake',
    log: context.log,
    metrics: context.metrics,
    hostNames: ['localhost:18001', 'localhost:80'],
    ...service.http,
  });
  await service.routes(app);
  await app.ready();

  const tokens = new Map<string, Promise<string>>();
  const token = (who: string): Promise<string> => {
    const known =
      tokens.get(who) ??
      (who === 'root'
        ? app
            .inject({
              url: '/auth/userpass',
              headers: {
                host: 'localhost:18001',
                'x-rucio-username': 'ops',
                'x-rucio-password': 'a password of tests',
              },
            })
            .then((answer) => String(answer.headers['x-rucio-auth-token']))
        : issuer.token({
            sub: `subject-of-${who}`,
            aud: ['rucio'],
            preferred_username: who,
            exp: 4_000_000_000,
          }));
    tokens.set(who, known);
    return known;
  };
  const ask: LakeForTests['ask'] = async (who, method, url, body, headers) =>
    app.inject({
      method,
      url,
      headers: {
        host: 'localhost:18001',
        ...(who === undefined ? {} : { 'x-rucio-auth-token': await token(who) }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const fileOn: LakeForTests['fileOn'] = (rse, scope, name) =>
    join(context.dataDirectory, rse, hashPath(scope, name));

  return {
    context,
    issuer,
    service,
    app,
    ask,
    token,
    fileOn,
    rows: async (who, url, body) => {
      const answer = await ask(who, body === undefined ? 'GET' : 'POST', url, body);
      if (answer.statusCode >= 300) throw new Error(`${url}: ${answer.statusCode} ${answer.body}`);
      return answer.body
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    daemon: (name) => service.daemons.find((daemon) => daemon.name === name) as Daemon,
    settle: async () => {
      const { signal } = new AbortController();
      for (let round = 0; round < 20; round++) {
        let worked = false;
        for (const daemon of service.daemons) if ((await daemon.step(signal)) === 'worked') worked = true;
        if (!worked) return;
      }
      throw new Error('the daemons never came to rest');
    },
    takeAway: async (rse) => {
      const directory = join(context.dataDirectory, rse);
      await rename(directory, `${directory}.away`);
      await writeFile(directory, 'not a directory');
      return async () => {
        await rename(directory, `${directory}.file`);
        await rename(`${directory}.away`, directory);
      };
    },
    put: async (who, rse, name, content) => {
      const scope = `user.${who}`;
      const path = fileOn(rse, scope, name);
      await mkdir(join(path, '..'), { recursive: true });
      await writeFile(path, content);
      const answer = await ask(who, 'POST', '/replicas', {
        rse,
        files: [
          {
            scope,
            name,
            bytes: Buffer.byteLength(content),
            adler32: await checksumOfBytes(Buffer.from(content), 'adler32'),
          },
        ],
      });
      if (answer.statusCode !== 201) throw new Error(answer.body);
    },
    dispose: async () => {
      await service.stop();
      await app.close();
      await issuer.close();
      await context.dispose();
    },
  };
}
