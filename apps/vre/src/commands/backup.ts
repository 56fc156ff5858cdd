import { readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { holdDataDirectory } from '@vre/supervisor';
import type { Command } from 'commander';
import { restoreBackup, takeBackup } from '../backup/take-backup.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { callControl, NotRunning } from '../control/control-client.ts';
import { databaseUrl, startDatabase } from '../installation/database-address.ts';
import { type Installation, productVersion } from '../installation/installation.ts';
import { openTarget, type TargetOptions, withTarget } from './target.ts';

const say = (sentence: string) => void process.stdout.write(`${sentence}\n`);

/** `vre backup`, `vre restore` and `vre upgrade`. */
export function addBackupCommands(program: Command): void {
  withTarget(program.command('backup'))
    .description('copy a data directory, also while the VRE is running')
    .argument('<directory>', 'where the backup goes; must not exist')
    .action(async (target: string, options: TargetOptions) => {
      const { configuration, installation } = await openTarget(options, { create: false });
      await backup(installation, configuration, resolve(target));
      say(`backup complete: ${resolve(target)}`);
    });
  program
    .command('restore')
    .description('make a data directory from a backup')
    .argument('<backup>', 'directory written by "vre backup"')
    .requiredOption('--data <directory>', 'data directory to make; must be empty or missing')
    .action(async (from: string, options: { readonly data: string }) => {
      const text = await readFile(join(from, 'backup.json'), 'utf8').catch(() => {
        throw new Error(`${resolve(from)} holds no backup: name a directory that "vre backup" completed`);
      });
      const manifest = JSON.parse(text) as {
        readonly database: string;
        readonly issuer: string;
      };
      await restoreBackup(resolve(from), resolve(options.data));
      if (manifest.database === 'external') say('restore your database with its own tools before you start');
      say(`restored; start it with "vre up --data ${resolve(options.data)}"`);
    });
  withTarget(program.command('upgrade'))
    .description('bring a stopped data directory up to this release, after a backup')
    .requiredOption('--backup <directory>', 'where the backup of the old state goes')
    .action(async (options: TargetOptions & { readonly backup: string }) => {
      const { configuration, installation } = await openTarget(options, { create: false });
      const release = await holdDataDirectory(installation.directory);
      try {
        await takeBackup(installation, resolve(options.backup), {
          url: undefined,
          embedded: configuration.database.url === undefined,
          say,
        });
        await upgrade(installation, configuration);
      } finally {
        await release();
      }
    });
}

async function backup(
  installation: Installation,
  configuration: Configuration,
  target: string,
): Promise<void> {
  const embedded = configuration.database.url === undefined;
  const running = await callControl(installation, 'api', '/health').then(
    () => true,
    (error) => {
      if (error instanceof NotRunning) return false;
      throw error;
    },
  );
  const url = running || !embedded ? await databaseUrl(installation, configuration) : undefined;
  const release = running ? undefined : await holdDataDirectory(installation.directory);
  try {
    await takeBackup(installation, target, { url, embedded, say });
  } finally {
    await release?.();
  }
}

async function upgrade(installation: Installation, configuration: Configuration): Promise<void> {
  const database = await startDatabase(installation, configuration);
  try {
    const { migrateDatabase } = await import('../composition/migrate-database.ts');
    const applied = await migrateDatabase(installation, configuration);
    const file = join(installation.directory, 'installation.json');
    const record = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(`${file}.new`, `${JSON.stringify({ ...record, version: productVersion }, null, 2)}\n`);
    await rename(`${file}.new`, file);
    say(
      applied.length === 0
        ? `already at release ${productVersion}`
        : `upgraded from ${installation.version} to ${productVersion}: ${applied.join(', ')}`,
    );
  } finally {
    await database?.stop();
  }
}
