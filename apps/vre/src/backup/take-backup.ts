import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectionOptions, deletionPauseLock } from '@vre/database';
import pg from 'pg';
import type { Installation } from '../installation/installation.ts';

/** What lies beside the files of a backup. */
export type BackupManifest = {
  readonly format: 1;
  readonly version: string;
  readonly issuer: string;
  readonly takenAt: string;
  /** `embedded`: the cluster is in the backup. `external`: the database is backed up by its own tools. */
  readonly database: 'embedded' | 'external';
};

/** Never copied: sockets, locks, logs, what can be built again. */
const notCopied = new Set(['run', 'logs', 'holder.json', 'postgres', 'environments', 'tools', 'cache']);
const notCopiedOfCluster = ['postmaster.pid', 'postmaster.opts', 'pg_wal', 'pg_replslot'];

/**
 * Copies a data directory into `target`, which must not exist, while the platform works. First the database at one
 * moment (PostgreSQL 18 documentation, §25.3.4 "Making a Base Backup Using the Low Level API"), then the files: every file the database knows is still there, because deletions wait until
 * the copy is done. `url` is undefined when the platform is stopped.
 */
export async function takeBackup(
  installation: Installation,
  target: string,
  options: {
    readonly url: string | undefined;
    readonly embedded: boolean;
    readonly say: (sentence: string) => void;
  },
): Promise<BackupManifest> {
  if (existsSync(target)) throw new Error(`${target} exists already: name a new directory for the backup`);
  const unfinished = `${target}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  const release = options.url === undefined ? undefined : await pauseDeletions(options.url);
  try {
    if (options.embedded) {
      options.say('copying the database');
      await copyCluster(join(installation.directory, 'postgres'), join(unfinished, 'postgres'), options.url);
    }
    for (const entry of await readdir(installation.directory)) {
      if (notCopied.has(entry)) continue;
      options.say(`copying ${entry}`);
      await copyTree(join(installation.directory, entry), unfinished);
    }
  } finally {
    await release?.();
  }
  const manifest: BackupManifest = {
    format: 1,
    version: installation.version,
    issuer: installation.issuer,
    takenAt: new Date().toISOString(),
    database: options.embedded ? 'embedded' : 'external',
  };
  await writeFile(join(unfinished, 'backup.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(unfinished, target);
  return manifest;
}

/** Daemons that remove files hold the shared side of this lock while they do; holding it alone makes them wait. */
async function pauseDeletions(url: string): Promise<() => Promise<void>> {
  const client = await connect(url);
  await client.query('select pg_advisory_lock($1)', [deletionPauseLock]);
  return () => client.end();
}

async function copyCluster(source: string, target: string, url: string | undefined): Promise<void> {
  await mkdir(target, { recursive: true, mode: 0o700 });
  if (url === undefined) return copyTree(join(source, 'cluster'), target);
  const client = await connect(url);
  const slot = `backup_${process.pid}`;
  try {
    // The slot keeps the log segments that the copy will need to become consistent.
    await client.query('select pg_create_physical_replication_slot($1, true, true)', [slot]);
    await client.query("select pg_backup_start('vre backup', fast => true)");
    await copyTree(join(source, 'cluster'), target, notCopiedOfCluster);
    const { rows } = await client.query<{ labelfile: string; spcmapfile: string }>(
      'select labelfile, spcmapfile from pg_backup_stop(false)',
    );
    const cluster = join(target, 'cluster');
    await copyTree(join(source, 'cluster', 'pg_wal'), cluster);
    await mkdir(join(cluster, 'pg_replslot'), { mode: 0o700 });
    await writeFile(join(cluster, 'backup_label'), rows[0]?.labelfile ?? '', { mode: 0o600 });
  } finally {
    await client.end();
  }
}

/** Copies `source` into the directory `into`, keeping owners, modes and times; names in `except` are left out at its top. */
async function copyTree(source: string, into: string, except: readonly string[] = []): Promise<void> {
  const entries =
    except.length === 0 ? undefined : (await readdir(source)).filter((entry) => !except.includes(entry));
  if (entries === undefined) return copy([source], into);
  const target = join(into, source.split('/').at(-1) as string);
  await mkdir(target, { mode: 0o700 });
  await chmod(target, 0o700);
  await copy(
    entries.map((entry) => join(source, entry)),
    target,
  );
}

/** `cp` of the system: it knows sparse files, reflinks and owners. Files that vanish meanwhile are no error. */
async function copy(sources: readonly string[], into: string): Promise<void> {
  const child = spawn('cp', ['-a', '--reflink=auto', '--', ...sources, into], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const real = errors.split('\n').filter((line) => line !== '' && !/No such file or directory$/.test(line));
  if (code !== 0 && real.length > 0) throw new Error(`copying to ${into} failed: ${real[0]}`);
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(connectionOptions(url));
  await client.connect();
  return client;
}

/** Puts a backup where a data directory shall be; it must not exist yet. */
export async function restoreBackup(backup: string, directory: string): Promise<void> {
  if (existsSync(directory) && (await readdir(directory)).length > 0) {
    throw new Error(`${directory} is not empty: move it away first, nothing is overwritten`);
  }
  await mkdir(directory, { recursive: true, mode: 0o711 });
  const entries = (await readdir(backup)).filter((entry) => entry !== 'backup.json');
  await copy(
    entries.map((entry) => join(backup, entry)),
    directory,
  );
}
