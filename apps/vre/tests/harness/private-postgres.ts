import { execFile, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { chown, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePortBlock } from './platform.ts';
import { until } from './wait.ts';

/** A PostgreSQL of the distribution that belongs to the test alone: loopback only, passwords by scram. */
export interface PrivatePostgres {
  readonly major: number;
  readonly port: number;
  /** One statement as superuser, in the database `postgres` unless told. */
  administrate(statement: string, database?: string): Promise<readonly Record<string, unknown>[]>;
  stop(): Promise<void>;
}

const run = promisify(execFile);
const folder = '/usr/lib/postgresql';
const superuser = 'operator';
const password = 'of the superuser';
/** PostgreSQL refuses to run as root. */
const unprivileged = 65_534;

/** Starts the oldest supported server that Debian's packages have put on this machine. */
export async function startPrivatePostgres(): Promise<PrivatePostgres> {
  const major = Math.min(
    ...readdirSync(folder)
      .map(Number)
      .filter((found) => found >= 15),
  );
  const bin = join(folder, String(major), 'bin');
  const directory = await mkdtemp(join(tmpdir(), 'vre-private-pg-'));
  const passwordFile = join(directory, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  const isRoot = process.getuid?.() === 0;
  if (isRoot) for (const path of [directory, passwordFile]) await chown(path, unprivileged, unprivileged);
  const before = isRoot
    ? ['setpriv', `--reuid=${unprivileged}`, `--regid=${unprivileged}`, '--clear-groups']
    : [];
  const cluster = join(directory, 'cluster');
  const command = (...words: string[]) => [...before, ...words] as [string, ...string[]];

  // A site's database sorts as its language does: names must not depend on it.
  const [initialise, ...words] = command(
    join(bin, 'initdb'),
    ...['-D', cluster, '-U', superuser, '--pwfile', passwordFile, '--auth=scram-sha-256'],
    ...['--encoding=UTF8', '--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en-US'],
  );
  await run(initialise, words, { cwd: '/' });
  const port = await freePortBlock();
  const log = await open(join(directory, 'log'), 'a');
  const [serve, ...settings] = command(
    ...['setpriv', '--pdeathsig', 'INT'],
    ...[join(bin, 'postgres'), '-D', cluster, '-p', String(port)],
    ...['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${directory}`],
    ...['-c', 'fsync=off'],
  );
  const server = spawn(serve, settings, { cwd: '/', stdio: ['ignore', log.fd, log.fd] });
  await log.close();
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));

  const administrate = async (statement: string, database = 'postgres') => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: superuser, password, database });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows;
    } finally {
      await client.end();
    }
  };
  await until(
    () =>
      administrate('select 1').then(
        () => 'ready',
        (error: Error) => error.message,
      ),
    (answer) => answer === 'ready',
  );
  return {
    major,
    port,
    administrate,
    stop: async () => {
      server.kill('SIGINT');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
