import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, statfs, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import type { Configuration } from '../configuration/configuration.ts';
import { chooseFreeBlock, requireFreeBlock } from './ports.ts';

/** What a data directory remembers about itself. */
type Record = {
  readonly format: 1;
  readonly version: string;
  readonly instance: string;
  readonly postgresMajor: number;
  readonly portBase: number;
  readonly issuer: string;
};

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
  constructor(sentence: string) {
    super(sentence);
    this.name = 'UnusableDataDirectory';
  }
}

export const productVersion = '0.1.0';
export const embeddedPostgresMajor = 18;
const longestSocketDirectory = 70;
const networkFileSystems = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
]);

/** Opens the directory, or makes it at the first start. Nothing is started and no lock is taken. */
export async function openInstallation(
  directory: string,
  configuration: Configuration,
  options: { readonly create: boolean },
): Promise<Installation> {
  const root = resolve(directory);
  const file = join(root, 'installation.json');
  if (!existsSync(file)) {
    if (!options.create)
      throw new UnusableDataDirectory(`there is no VRE in ${root}: start one with "vre up --data ${root}"`);
    await initialise(root, file, configuration);
  }
  const record = JSON.parse(await readFile(file, 'utf8')) as Record;
  refuseForeign(root, record, configuration);
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

async function initialise(root: string, file: string, configuration: Configuration): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o711 });
  // Jobs run as other users and must reach their workspaces; every folder with secrets protects itself.
  await chmod(root, 0o711);
  const fileSystem = networkFileSystems.get((await statfs(root)).type);
  if (fileSystem !== undefined && configuration.database.url === undefined) {
    throw new UnusableDataDirectory(
      `${root} lies on ${fileSystem}, where the embedded database is not safe: choose a local --data directory, or set database.url`,
    );
  }
  const chosen = configuration['port-base'];
  // A block that is taken must not be remembered.
  if (chosen !== undefined && configuration.addresses.portal === undefined) await requireFreeBlock(chosen);
  const portBase = chosen ?? (await chooseFreeBlock());
  const record: Record = {
    format: 1,
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
  if (record.format !== 1 || record.postgresMajor !== embeddedPostgresMajor) {
    throw new UnusableDataDirectory(
      `${root} was made by release ${record.version} with another storage format: start that release, or restore its backup with this one`,
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
          `vre-${userInfo().uid}-${createHash('sha256').update(root).digest('hex').slice(0, 12)}`,
        );
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chmod(directory, 0o700);
  return directory;
}
