import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Configuration } from '../configuration/configuration.ts';
import { examineDisk, type StatFileSystem } from './disk.ts';
import { chooseFreeBlock, requireFreeBlock } from './ports.ts';

/** What a data directory remembers about itself. */
const recordSchema = z.object({
  format: z.number(),
  version: z.string(),
  instance: z.string(),
  postgresMajor: z.number(),
  portBase: z.number(),
  issuer: z.string(),
});
type Record = Readonly<z.output<typeof recordSchema>>;

/** A data directory, opened. */
export type Installation = {
  readonly directory: string;
  /** Sockets of PostgreSQL, services and control; its path is short enough for unix sockets. */
  readonly run: string;
  readonly logs: string;
  readonly instance: string;
  readonly portBase: number;
  readonly issuer: string;
  readonly version: string;
};

/** The data directory cannot be used; the message says why and what to do. */
export class UnusableDataDirectory extends Error {
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'UnusableDataDirectory';
  }
}

export const productVersion = '0.1.0';
export const embeddedPostgresMajor = 18;
const recordFormat = 1;
const longestSocketDirectory = 70;
/** Opens the directory, or makes it at the first start. Nothing is started and no lock is taken. */
export async function openInstallation(
  directory: string,
  configuration: Configuration,
  options: { readonly create: boolean; readonly statfs?: StatFileSystem },
): Promise<Installation> {
  const root = resolve(directory);
  const file = join(root, 'installation.json');
  if (!existsSync(file)) {
    if (!options.create)
      throw new UnusableDataDirectory(`there is no VRE in ${root}: start one with "vre up --data ${root}"`);
    await makeDirectory(root);
    await refuseNetwork(root, configuration, options.statfs);
    await initialise(file, configuration);
  }
  const record = await readRecord(file);
  refuseForeign(root, record, configuration);
  if (options.create) await refuseNetwork(root, configuration, options.statfs);
  const run = await runDirectory(root);
  await mkdir(join(root, 'logs'), { recursive: true, mode: 0o700 });
  return {
    directory: root,
    run,
    logs: join(root, 'logs'),
    instance: record.instance,
    portBase: configuration['port-base'] ?? record.portBase,
    issuer: record.issuer,
    version: record.version,
  };
}

async function makeDirectory(root: string): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o711 });
  // Jobs run as other users and must reach their workspaces; every folder with secrets protects itself.
  await chmod(root, 0o711);
}

/** PostgreSQL relies on locks and flushes that network file systems do not always keep. */
async function refuseNetwork(
  root: string,
  { database }: Configuration,
  statfs: StatFileSystem | undefined,
): Promise<void> {
  if (database.url !== undefined || database['allow-network-file-system']) return;
  const { network } = await examineDisk(root, statfs);
  if (network === undefined) return;
  throw new UnusableDataDirectory(
    `${root} lies on ${network}, where the embedded database is not safe: choose a --data directory on a disk of this machine, set database.url, or set database.allow-network-file-system if you trust its locks and flushes`,
  );
}

async function readRecord(file: string): Promise<Record> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new UnusableDataDirectory(
      `${file} is damaged, so nothing is touched: put back the copy from your last backup`,
      { cause: error },
    );
  }
}

async function initialise(file: string, configuration: Configuration): Promise<void> {
  const chosen = configuration['port-base'];
  // A block that is taken must not be remembered.
  if (chosen !== undefined && configuration.addresses.portal === undefined) await requireFreeBlock(chosen);
  const portBase = chosen ?? (await chooseFreeBlock());
  const record: Record = {
    format: recordFormat,
    version: productVersion,
    instance: randomUUID().slice(0, 8),
    postgresMajor: embeddedPostgresMajor,
    portBase,
    issuer:
      configuration.addresses.issuer ??
      `${configuration.addresses.portal ?? `http://localhost:${portBase}`}/aai/`,
  };
  await writeFile(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`);
  await rename(`${file}.new`, file);
}

function refuseForeign(root: string, record: Record, configuration: Configuration): void {
  const wayOut = 'start that release, or restore a backup into another data directory';
  if (isNewer(record.version, productVersion)) {
    throw new UnusableDataDirectory(
      `${root} belongs to release ${record.version}, newer than this ${productVersion}: ${wayOut}`,
    );
  }
  if (record.format !== recordFormat) {
    throw new UnusableDataDirectory(
      `${root} was made by release ${record.version} in format ${record.format}, this release reads ${recordFormat}: ${wayOut}`,
    );
  }
  if (record.postgresMajor !== embeddedPostgresMajor && configuration.database.url === undefined) {
    throw new UnusableDataDirectory(
      `the database in ${root} is of PostgreSQL ${record.postgresMajor}, this release brings ${embeddedPostgresMajor}: start release ${record.version}, or move the database to a server of your own and set database.url`,
    );
  }
  const wanted =
    configuration.addresses.issuer ??
    (configuration.addresses.portal ? `${configuration.addresses.portal}/aai/` : undefined);
  if (wanted !== undefined && wanted !== record.issuer) {
    throw new UnusableDataDirectory(
      `${root} belongs to the issuer ${record.issuer}, configured is ${wanted}: identities contain the issuer, so it cannot change; use another data directory`,
    );
  }
}

async function runDirectory(root: string): Promise<string> {
  const inside = join(root, 'run');
  const directory =
    inside.length <= longestSocketDirectory
      ? inside
      : join(
          tmpdir(),
          `vre-${process.getuid?.() ?? 0}-${createHash('sha256').update(root).digest('hex').slice(0, 12)}`,
        );
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chmod(directory, 0o700);
  return directory;
}

/** Whether release `a` comes after `b`; releases are three numbers. */
function isNewer(a: string, b: string): boolean {
  const [left, right] = [a, b].map((version) => version.split('.').map((part) => Number.parseInt(part, 10)));
  for (const index of [0, 1, 2]) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
