import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Addresses } from '@vre/service';
import { stringify } from 'yaml';
import { loadConfiguration } from '../../src/configuration/configuration.ts';
import { callControl } from '../../src/control/control-client.ts';
import { vre } from '../../src/demo/platform.ts';
import { addressesOf } from '../../src/installation/addresses.ts';
import { type Installation, openInstallation } from '../../src/installation/installation.ts';

/** A running VRE with a data directory of its own, below the checkout. */
export interface TestPlatform {
  readonly dataDirectory: string;
  readonly installation: Installation;
  readonly addresses: Addresses;
  /** Process ids by name: `api`, `worker`, and `supervisor`. */
  pids(): Promise<Readonly<Record<string, number>>>;
  start(): Promise<void>;
  stop(): Promise<void>;
  audit(): Promise<readonly unknown[]>;
  dispose(): Promise<void>;
}

const checkout = join(import.meta.dirname, '../../../..');
// Every environment must build without a C compiler: a try to use one fails.
process.env['CC'] = '/bin/false';

/** Environments are built once a machine, not once a test. */
export const sharedBuilds = join(checkout, '.vre-test', 'builds');

/** Starts a VRE on free ports; `configuration` is the content of its `vre.yaml`. */
export async function startPlatformForTests(options: {
  readonly name: string;
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly started?: boolean;
  /** Words before the `vre` command, for instance to enter a network namespace. */
  readonly runBefore?: readonly string[];
  /** An existing empty directory instead of a new one below the checkout, for instance on a disk of its own. */
  readonly dataDirectory?: string;
  /** Folder with other environments than those that tests share. */
  readonly builds?: string;
}): Promise<TestPlatform> {
  mkdirSync(sharedBuilds, { recursive: true });
  const dataDirectory =
    options.dataDirectory ?? (await mkdtemp(join(checkout, '.vre-test', `${options.name}-`)));
  for (const built of ['environments', 'tools', 'cache']) {
    const folder = join(options.builds ?? sharedBuilds, built);
    mkdirSync(folder, { recursive: true });
    symlinkSync(folder, join(dataDirectory, built));
  }
  const configFile = join(dataDirectory, 'vre.yaml');
  await writeFile(configFile, stringify({ 'port-base': await freePortBlock(), ...options.configuration }));
  const target = ['--data', dataDirectory, '--config', configFile];
  const configuration = await loadConfiguration({ file: configFile });
  const installation = await openInstallation(dataDirectory, configuration, { create: true });
  const start = async () => {
    await vre(['up', '--detach', ...target], options.runBefore);
  };
  const stop = async () => {
    await vre(['down', ...target]);
  };
  if (options.started !== false) await start();
  return {
    dataDirectory,
    installation,
    addresses: addressesOf(installation, configuration),
    start,
    stop,
    audit: async () =>
      (await callControl(installation, 'api', '/audit', { method: 'POST', json: {} })) as readonly unknown[],
    pids: async () => {
      const holder = JSON.parse(await readFile(join(dataDirectory, 'holder.json'), 'utf8')) as {
        pid: number;
      };
      const [api, worker] = await Promise.all(
        (['api', 'worker'] as const).map(
          async (name) => ((await callControl(installation, name, '/health')) as { pid: number }).pid,
        ),
      );
      return { supervisor: holder.pid, api: api as number, worker: worker as number };
    },
    dispose: async () => {
      await stop();
      if (process.env['KEEP_TEST_DATA'] === undefined)
        rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** A block of four free ports, far from those of ordinary installations. */
export async function freePortBlock(): Promise<number> {
  for (;;) {
    const base = 20_000 + 10 * Math.floor(Math.random() * 1000);
    const free = await Promise.all([0, 1, 2, 3].map((offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
