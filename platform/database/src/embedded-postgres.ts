import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { access, constants, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { findBinaries } from './postgres-binaries.ts';

/** A running server of our own. */
export interface EmbeddedPostgres {
  /** URL of the platform's database, through the unix socket. */
  readonly url: string;
  readonly pid: number;
  /** Resolves when the server ended by itself, with what its log says last. */
  readonly ended: Promise<string>;
  /** Fast shutdown: open transactions are rolled back. */
  stop(): Promise<void>;
}

const superuser = 'vre';
const databaseName = 'vre';
const port = 5432;

/**
 * Makes a cluster in `directory` at the first start and runs it on a unix socket in `socketDirectory` (path below
 * 100 bytes) alone: no TCP port. The server dies with this process. As root, or as a uid without an account, both
 * programs run in a user namespace that maps it to an unprivileged id: PostgreSQL refuses to run as either, and no
 * account shall be created.
 */
export async function startEmbeddedPostgres(options: {
  readonly directory: string;
  readonly socketDirectory: string;
  readonly logFile: string;
  readonly password: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** How long it may take until it answers, replaying its log after a crash included. A minute unless given. */
  readonly readySeconds?: number;
}): Promise<EmbeddedPostgres> {
  const binaries = findBinaries();
  const cluster = join(options.directory, 'cluster');
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  await mkdir(options.socketDirectory, { recursive: true, mode: 0o700 });
  await requireUnprivileged();
  if (!existsSync(cluster)) await initialise(binaries, options.directory, cluster, options.password);

  await requireSameMajor(binaries, cluster);

  const settings: Record<string, string> = {
    listen_addresses: '',
    unix_socket_directories: options.socketDirectory,
    unix_socket_permissions: '0700',
    port: String(port),
    shared_buffers: '32MB',
    max_connections: '60',
    max_wal_size: '512MB',
    dynamic_shared_memory_type: 'mmap',
    jit: 'off',
    ...options.settings,
  };
  const parameters = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = await open(options.logFile, 'a', 0o600);
  const child = spawnUnprivileged(
    [join(binaries, 'postgres'), '-D', cluster, ...parameters],
    ['ignore', log.fd, log.fd],
  );
  await log.close();
  const ended = new Promise<string>((resolve) => {
    child.once('exit', () => void lastLines(options.logFile).then(resolve));
  });
  const url = `postgresql://${superuser}:${encodeURIComponent(options.password)}@localhost:${port}/${databaseName}?host=${encodeURIComponent(options.socketDirectory)}`;
  await ready({ ...options, readySeconds: options.readySeconds ?? 60 }, ended).catch(async (error: Error) => {
    child.kill('SIGINT');
    await ended;
    throw error;
  });
  return {
    url,
    pid: child.pid as number,
    ended,
    stop: async () => {
      child.kill('SIGINT');
      await ended;
    },
  };
}

function spawnUnprivileged(command: readonly string[], stdio: ('ignore' | 'pipe' | number)[]): ChildProcess {
  const dieWithParent =
    process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'INT', ...command] : command;
  const argv = whyNotAsMyself() === undefined ? dieWithParent : [...asSomebodyElse, ...dieWithParent];
  return spawn(argv[0] as string, argv.slice(1), {
    stdio: stdio as ['ignore', 'pipe' | number, 'pipe' | number],
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    detached: true,
  });
}

/** What runs a program of PostgreSQL in a namespace in which it is somebody else. */
const asSomebodyElse: readonly [string, ...string[]] = [
  'unshare',
  '--user',
  '--map-user=65534',
  '--map-group=65534',
];

/** Why PostgreSQL would refuse to run as this user; `undefined` when it would not. */
function whyNotAsMyself(): string | undefined {
  if (process.getuid?.() === 0) return 'as root';
  try {
    userInfo();
    return undefined;
  } catch {
    return `as uid ${process.getuid?.()}, which has no account on this machine,`;
  }
}

/** Throws when PostgreSQL cannot run as this user: as root it needs user namespaces, and some machines forbid them. */
export async function requireUnprivileged(): Promise<void> {
  const reason = whyNotAsMyself();
  if (reason === undefined) return;
  const [program, ...words] = asSomebodyElse;
  await promisify(execFile)(program, [...words, 'true']).catch(
    (error: Error & { readonly stderr?: string }) => {
      throw new Error(
        `the embedded PostgreSQL cannot run ${reason} without user namespaces, which this machine refuses (${(error.stderr ?? error.message).trim()}): start the VRE as an ordinary user, allow them (sysctl user.max_user_namespaces), or set database.url`,
        { cause: error },
      );
    },
  );
}

async function requireSameMajor(binaries: string, cluster: string): Promise<void> {
  const made = (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim();
  const { stdout } = await promisify(execFile)(join(binaries, 'postgres'), ['--version']);
  const major = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
  if (made !== major)
    throw new Error(
      `the database in ${cluster} is of PostgreSQL ${made}, this release brings ${major}: start the release that made it, or restore a backup of this release`,
    );
}

/** initdb into a temporary name, renamed when complete, so that a crash leaves nothing half made. */
async function initialise(
  binaries: string,
  directory: string,
  cluster: string,
  password: string,
): Promise<void> {
  const fresh = `${cluster}.new`;
  await rm(fresh, { recursive: true, force: true });
  const passwordFile = join(directory, 'initial-password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  const child = spawnUnprivileged(
    [
      join(binaries, 'initdb'),
      '-D',
      fresh,
      '-U',
      superuser,
      '--pwfile',
      passwordFile,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--locale=C.UTF-8',
      '--no-instructions',
    ],
    ['ignore', 'pipe', 'pipe'],
  );
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  await rm(passwordFile, { force: true });
  if (code !== 0)
    throw new Error(`PostgreSQL could not make its data directory ${cluster}: ${output.trim()}`);
  await rename(fresh, cluster);
}

async function ready(
  options: {
    readonly socketDirectory: string;
    readonly password: string;
    readonly logFile: string;
    readonly readySeconds: number;
  },
  ended: Promise<string>,
): Promise<void> {
  const { socketDirectory, password, logFile, readySeconds } = options;
  const deadline = Date.now() + readySeconds * 1000;
  let failure: string | undefined;
  void ended.then((reason) => {
    failure = reason;
  });
  const socket = join(socketDirectory, `.s.PGSQL.${port}`);
  for (let attempt = 0; Date.now() < deadline; attempt++) {
    if (failure !== undefined) throw new Error(`PostgreSQL ended while starting: ${failure}`);
    if (await accepts(socket)) {
      const client = new pg.Client({
        host: socketDirectory,
        port,
        user: superuser,
        password,
        database: 'postgres',
      });
      client.on('error', () => undefined);
      try {
        await client.connect();
        const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [
          databaseName,
        ]);
        if (rowCount === 0) await client.query(`create database ${databaseName}`);
        return;
      } catch (error) {
        // 57P03: still starting up, for instance replaying its log after a crash.
        if ((error as { code?: string }).code !== '57P03') throw error;
      } finally {
        await client.end().catch(() => undefined);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, attempt < 40 ? 15 : 100));
  }
  throw new Error(
    `PostgreSQL is not ready after ${readySeconds} s: see ${logFile}; after a crash it may need longer, which start-limit allows`,
  );
}

async function accepts(socket: string): Promise<boolean> {
  try {
    await access(socket, constants.R_OK);
  } catch {
    return false;
  }
  return new Promise((resolve) => {
    const connection = createConnection(socket);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', () => resolve(false));
  });
}

/** What the log says last; a full disk, the usual reason, in words. */
async function lastLines(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const last = text.trimEnd().split('\n').slice(-20);
  if (last.some((line) => line.includes('No space left on device')))
    return `the disk is full, so it stopped before anything could be lost: free some space and start again (log: ${file})`;
  return last.slice(-5).join('\n');
}
