import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EmbeddedPostgres } from '@vre/database';
import { holdDataDirectory, isSameProcess, type Supervisor, startTicks, supervise } from '@vre/supervisor';
import type { Command } from 'commander';
import { ensureCertificates } from '../composition/listeners.ts';
import { addressesOf } from '../installation/addresses.ts';
import { startDatabase } from '../installation/database-address.ts';
import { examineDisk, sentenceOnSpace } from '../installation/disk.ts';
import type { Installation } from '../installation/installation.ts';
import { requireFreeBlock } from '../installation/ports.ts';
import { firstAdministrator } from './first-administrator.ts';
import { reasonIn } from './start-failure.ts';
import { openTarget, type TargetOptions, withTarget } from './target.ts';

type UpOptions = TargetOptions & { readonly detach?: boolean; readonly quiet?: boolean };

/** Time that jobs get to end by themselves. */
const graceSeconds = 5;

const entry = fileURLToPath(new URL('../../bin/vre.js', import.meta.url));

/** `vre up` and `vre down`. */
export function addUpCommands(program: Command): void {
  withTarget(program.command('up'))
    .description('start the VRE on this machine and keep it running until Ctrl-C or "vre down"')
    .option('--port-base <port>', 'first of a block of ports, when 8000 is taken')
    .option('--detach', 'return once it is ready and leave it running')
    .action(async (options: UpOptions) => {
      if (options.detach) await upDetached(options);
      else await up(options);
    });
  withTarget(program.command('down'))
    .description('stop the VRE of a data directory, and the jobs and notebook servers that still run')
    .action(async (options: TargetOptions) => down(options));
}

async function up(options: UpOptions): Promise<void> {
  const { configuration, installation } = await openTarget(options, { create: true });
  const disk = await examineDisk(installation.directory);
  if (disk.verdict === 'full') throw new Error(sentenceOnSpace(disk));
  const release = await holdDataDirectory(installation.directory);
  const say = (sentence: string) => process.stdout.write(`${sentence}\n`);
  // What is said may not fit on a full disk, which is no reason to stop the platform.
  process.stdout.on('error', () => undefined);
  const started = Date.now();
  if (configuration.addresses.portal === undefined) {
    await requireFreeBlock(installation.portBase).catch(async (error) => {
      await release();
      throw error;
    });
  }
  let supervisor: Supervisor | undefined;
  let database: EmbeddedPostgres | undefined;
  try {
    database = await startDatabase(installation, configuration);
    // Without an embedded database there is none whose end would matter here.
    const databaseEnded = database?.ended ?? new Promise<never>(() => undefined);
    const databaseLost = databaseEnded.then((reason) =>
      Promise.reject(new Error(`PostgreSQL ended: ${reason}`)),
    );
    databaseLost.catch(() => undefined);
    await ensureCertificates(installation, configuration);
    const child = (name: string, roles: string) => ({
      name,
      command: process.execPath,
      arguments: [
        '--enable-source-maps',
        entry,
        'serve',
        '--name',
        name,
        '--roles',
        roles,
        ...targetArguments(options),
      ],
      environment: scrubbedEnvironment(),
      logFile: join(installation.logs, `${name}.log`),
    });
    const apiRoles = ['edge', 'aai', ...configuration.services].join(',');
    supervisor = supervise([child('api', apiRoles), child('worker', 'worker')], say, {
      readySeconds: configuration['start-limit'],
    });
    const stop = untilStopped();
    await Promise.race([
      supervisor.ready.catch(async (error: Error) => {
        throw new Error((await reasonIn(installation.logs)) ?? error.message);
      }),
      stop,
      databaseLost,
    ]);
    say(
      await welcome(
        installation,
        addressesOf(installation, configuration).portal,
        (Date.now() - started) / 1000,
      ),
    );
    process.send?.('ready');
    await Promise.race([stop, databaseLost]);
    say('stopping');
  } finally {
    await supervisor?.stop();
    await database?.stop();
    await release();
  }
}

/** The same command in a session of its own, with its output in a file. */
async function upDetached(options: UpOptions): Promise<void> {
  const { installation } = await openTarget(options, { create: true });
  const log = join(installation.logs, 'up.log');
  const file = openSync(log, 'w', 0o600);
  const child = spawn(process.execPath, [entry, 'up', ...targetArguments(options)], {
    detached: true,
    stdio: ['ignore', file, file, 'ipc'],
    env: scrubbedEnvironment(),
  });
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once(
      'exit',
      () => void readFile(log, 'utf8').then((text) => reject(new Error(text.trim().replace(/^vre: /, '')))),
    );
  });
  child.disconnect();
  child.unref();
  process.stdout.write(await readFile(log, 'utf8'));
}

async function down(options: TargetOptions): Promise<void> {
  const { installation } = await openTarget(options, { create: false });
  const holder = await readFile(join(installation.directory, 'holder.json'), 'utf8').then(
    JSON.parse,
    () => undefined,
  );
  const { pid, ticks } = (holder ?? {}) as { pid?: number; ticks?: number };
  if (pid === undefined || !isSameProcess(pid, ticks)) {
    process.stdout.write(`the VRE in ${installation.directory} is not running\n`);
    return;
  }
  process.kill(pid, 'SIGTERM');
  for (let waited = 0; startTicks(pid) === ticks; waited += 50) {
    if (waited > 30_000) throw new Error(`process ${pid} does not end: see ${installation.logs}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  // Jobs and notebook servers outlive crashes and restarts of the platform, but not this command.
  const { stopLeftJobs } = await import('@vre/workflows');
  const { stopLeftServers } = await import('@vre/notebooks');
  const { createProcessBackend } = await import('@vre/compute-process');
  const backend = createProcessBackend({ runAs: 'self' });
  await Promise.all([
    stopLeftJobs(join(installation.directory, 'workflows'), backend, graceSeconds),
    stopLeftServers(join(installation.directory, 'notebooks'), backend, graceSeconds),
  ]);
  process.stdout.write('stopped\n');
}

const untilStopped = () =>
  new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });

const targetArguments = (options: UpOptions): string[] => [
  '--data',
  options.data,
  ...(options.config === undefined ? [] : ['--config', options.config]),
  ...(options.portBase === undefined ? [] : ['--port-base', options.portBase]),
];

/** What the platform's own processes may inherit: no tokens, no client settings of the person who starts it. */
function scrubbedEnvironment(): Record<string, string> {
  const kept = [
    'PATH',
    'HOME',
    'LANG',
    'LC_ALL',
    'TZ',
    'XDG_DATA_HOME',
    'XDG_RUNTIME_DIR',
    'TMPDIR',
    'SSL_CERT_FILE',
  ];
  const network = [
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'NO_PROXY',
    'http_proxy',
    'https_proxy',
    'no_proxy',
    'PIP_INDEX_URL',
    'UV_INDEX_URL',
    'UV_DEFAULT_INDEX',
    'PIP_CONFIG_FILE',
  ];
  const names = Object.keys(process.env).filter(
    (name) => [...kept, ...network].includes(name) || name.startsWith('VRE_'),
  );
  return Object.fromEntries(names.map((name) => [name, process.env[name] as string]));
}

async function welcome(installation: Installation, portal: string, seconds: number): Promise<string> {
  const lines = [`The VRE is ready after ${seconds.toFixed(1)} s: ${portal}`];
  const administrator = await firstAdministrator(installation);
  if (administrator !== undefined) lines.push(administrator);
  if (process.env['SSH_CONNECTION'] !== undefined) {
    const { portBase } = installation;
    const tunnels = [0, 1, 2, 3].map((offset) => `-L ${portBase + offset}:localhost:${portBase + offset}`);
    lines.push(
      `From your laptop: ssh ${tunnels.join(' ')} ${process.env['USER'] ?? 'you'}@${installationHost()}`,
    );
  }
  lines.push(`Data directory: ${installation.directory}`);
  return lines.join('\n');
}

const installationHost = () => (process.env['SSH_CONNECTION'] ?? '').split(' ')[2] ?? 'this-machine';
