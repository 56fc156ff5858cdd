import { join } from 'node:path';
import type { JobSpec, Mount } from '@vre/compute-port';
import type { ServerFolders } from '../folders/server-folders.ts';
import type { Server } from '../servers/server.ts';
import type { ServerPolicy } from '../servers/server-parts.ts';
import type { ServerOwner } from '../servers/server-store.ts';
import { folderName, type ServerFolder } from './server-folder.ts';

export type SpecWanted = {
  readonly server: Pick<Server, 'id' | 'startNumber'>;
  readonly owner: Pick<ServerOwner, 'id' | 'username' | 'number'>;
  /** Folders besides home and lake, and the groups that they need. */
  readonly folders: Pick<ServerFolders, 'mounts' | 'links' | 'projects'>;
  /** The real home, when `home` is one for this start alone. */
  readonly fullHome: string | undefined;
  /** Bytes that the job may add. */
  readonly diskBytes: number;
  readonly folder: ServerFolder;
  readonly home: string;
  /** Run before anything else: makes or refreshes the overlay of own packages. */
  readonly first: readonly string[];
  /** The person's own packages; writable like the home. */
  readonly overlay: string;
  readonly lake: string;
  /** Element directories, shown read-only. */
  readonly elements: readonly string[];
  /** Directories of environments. */
  readonly readable: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** Variables that only the server may read. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly port: number;
  readonly policy: ServerPolicy;
};

/**
 * Makes the overlay of own packages, takes over the secret variables, puts links such as `~/lake` into the home unless
 * the person has something of that name, and becomes the server. Run with the person's own rights, so that nothing in the home leads the platform astray.
 */
const startProgram = (
  first: readonly string[],
  sharesFiles: boolean,
) => `${sharesFiles ? 'umask 002\n' : ''}${first.map(quoted).join(' ')} || exit 1
. "$1" || exit 1
shift
while [ "$1" != -- ]; do
  if [ -L "$HOME/$1" ] || [ ! -e "$HOME/$1" ]; then ln -sfn "$2" "$HOME/$1"; fi
  shift 2
done
shift
exec "$@"`;

/** One word for a shell; single quotes keep everything as it is. */
const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

/** Everything a back-end needs to run one server. */
export function serverJobSpec(wanted: SpecWanted): JobSpec {
  const { folder, owner, server, policy, home, folders, fullHome } = wanted;
  const secretsFile = join(folder.secrets, 'variables.sh');
  const own = [home, ...(fullHome === undefined ? [] : [fullHome]), wanted.overlay];
  const links = [
    { name: 'lake', target: wanted.lake },
    ...folders.links,
    ...(fullHome === undefined ? [] : [{ name: 'home', target: fullHome }]),
  ];
  const readable = [...new Set([folder.settings, wanted.lake, ...wanted.elements, ...wanted.readable])];
  const mount =
    (how: Pick<Mount, 'readOnly' | 'ownedByPrincipal'>) =>
    (path: string): Mount => ({ source: path, target: path, ...how });
  return {
    jobId: `server-${folderName(server.id, server.startNumber)}`,
    jobDirectory: folder.control,
    command: [
      '/bin/sh',
      '-c',
      // The account's own group is nobody else's: files in project folders are for the members to change.
      startProgram(wanted.first, folders.projects.length > 0),
      'start',
      secretsFile,
      ...links.flatMap(({ name, target }) => [name, target]),
      '--',
      'jupyterhub-singleuser',
      // Whoever else is on this machine reaches the ports of kernels.
      '--KernelManager.transport_encryption=auto',
    ],
    workingDirectory: home,
    environment: wanted.variables,
    secretFiles: [
      {
        path: secretsFile,
        content: Object.entries(wanted.secrets)
          .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
          .join(''),
      },
    ],
    mounts: [
      ...own.map(mount({ readOnly: false, ownedByPrincipal: true })),
      mount({ readOnly: false })(folder.credentials),
      ...readable.map(mount({ readOnly: true })),
      ...folders.mounts,
    ],
    limits: {
      cpus: policy.cpus,
      memoryBytes: policy.memoryBytes,
      processes: policy.processes,
      diskBytes: wanted.diskBytes,
    },
    network: 'open',
    exposedPort: wanted.port,
    principal: {
      accountId: owner.id,
      username: owner.username,
      number: owner.number,
      groups: folders.projects,
    },
  };
}
