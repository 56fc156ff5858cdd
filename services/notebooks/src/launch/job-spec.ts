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
 * Takes over the secret variables, leads `~/lake` to the lake unless the person has something of that name, and becomes
 * the server. Run with the person's own rights, so that nothing in the home leads the platform astray.
 */
const startProgram = `. "$1" || exit 1
if [ -L "$HOME/lake" ] || [ ! -e "$HOME/lake" ]; then ln -sfn "$2" "$HOME/lake"; fi
shift 2
exec "$@"`;

/** Everything a back-end needs to run one server. */
export function serverJobSpec(wanted: SpecWanted): JobSpec {
  const { folder, owner, server, policy, home } = wanted;
  const secretsFile = join(folder.secrets, 'variables.sh');
  const writable = [home, wanted.overlay, folder.credentials];
  const readable = [...new Set([folder.settings, wanted.lake, ...wanted.elements, ...wanted.readable])];
  const mount =
    (readOnly: boolean) =>
    (path: string): Mount => ({ source: path, target: path, readOnly });
  return {
    jobId: `server-${folderName(server.id, server.startNumber)}`,
    jobDirectory: folder.control,
    command: ['/bin/sh', '-c', startProgram, 'start', secretsFile, wanted.lake, 'jupyterhub-singleuser'],
    workingDirectory: home,
    environment: wanted.variables,
    secretFiles: [
      {
        path: secretsFile,
        content: Object.entries(wanted.secrets)
          .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
          .join(''),
      },
    ],
    mounts: [...writable.map(mount(false)), ...readable.map(mount(true))],
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
