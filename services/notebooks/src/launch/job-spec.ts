import { join } from 'node:path';
import type { JobSpec, Mount } from '@vre/compute-port';
import type { Server } from '../servers/server.ts';
import type { ServerPolicy } from '../servers/server-parts.ts';
import type { ServerOwner } from '../servers/server-store.ts';
import { folderName, type ServerFolder } from './server-folder.ts';

export type SpecWanted = {
  readonly server: Pick<Server, 'id' | 'startNumber'>;
  readonly owner: Pick<ServerOwner, 'id' | 'username' | 'number'>;
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
 * Makes the overlay of own packages, takes over the secret variables, leads `~/lake` to the lake unless the person has something of that name, and becomes
 * the server. Run with the person's own rights, so that nothing in the home leads the platform astray.
 */
const startProgram = (first: readonly string[]) => `${first.map(quoted).join(' ')} || exit 1
. "$1" || exit 1
if [ -L "$HOME/lake" ] || [ ! -e "$HOME/lake" ]; then ln -sfn "$2" "$HOME/lake"; fi
shift 2
exec "$@"`;

/** One word for a shell; single quotes keep everything as it is. */
const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

/** Everything a back-end needs to run one server. */
export function serverJobSpec(wanted: SpecWanted): JobSpec {
  const { folder, owner, server, policy, home } = wanted;
  const secretsFile = join(folder.secrets, 'variables.sh');
  const own = [home, wanted.overlay];
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
      startProgram(wanted.first),
      'start',
      secretsFile,
      wanted.lake,
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
    ],
    limits: {
      cpus: policy.cpus,
      memoryBytes: policy.memoryBytes,
      processes: policy.processes,
      diskBytes: policy.diskBytes,
    },
    network: 'open',
    exposedPort: wanted.port,
    principal: { accountId: owner.id, username: owner.username, number: owner.number },
  };
}
