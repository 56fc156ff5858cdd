import { plainProcessesAllowed } from '@vre/compute-process';
import type { Daemon } from '@vre/daemon';
import { sql } from '@vre/database';
import { environmentBuilder, prepareKernels } from '@vre/environments';
import type { TokenKeeper } from '@vre/identity';
import type { AuditFinding, ServiceContext } from '@vre/service';
import { createSharedCleaner } from '../folders/shared-cleaner.ts';
import { sharedDirectory } from '../folders/shared-folder.ts';
import type { NotebooksConfig } from '../notebooks-config.ts';
import type { NotebooksParts } from '../notebooks-parts.ts';
import { createTokenRenewal } from '../renewal/token-renewal.ts';
import { auditServers } from './server-audit.ts';
import { createServerCuller } from './server-culler.ts';
import { createServerJanitor } from './server-janitor.ts';
import type { FolderPolicy, ServerParts, ServerPolicy, ServerTokens } from './server-parts.ts';
import { createServers, type Servers } from './server-service.ts';
import { createServerStarter } from './server-starter.ts';
import { createServerStopper } from './server-stopper.ts';
import { createServerWatcher } from './server-watcher.ts';

/** Servers with everything that keeps them going. */
export type ServerRoom = {
  readonly servers: Servers;
  readonly daemons: readonly Daemon[];
  /** Gives all servers back; they go on, and the next worker adopts them. */
  stop(): Promise<void>;
  /** Ends as a killed process would. */
  abandon(): Promise<void>;
  audit(): Promise<readonly AuditFinding[]>;
};

const leaseSeconds = 30;
const graceSeconds = 10;

export const serverPolicy = (config: NotebooksConfig): ServerPolicy => ({
  memoryBytes: config.server.memory,
  cpus: config.server.cpus,
  processes: config.server.processes,
  diskBytes: config.server.disk,
  homeBytes: config['home-size'],
  startSeconds: config.server['start-time'],
  serversAtOnce: config['servers-at-once'],
  startsAtOnce: config['starts-at-once'],
  idleSeconds: config['idle-time'],
  warningSeconds: Math.min(config['idle-warning'], config['idle-time'] / 2),
  longestLifeSeconds: config['longest-life'],
  leaseSeconds,
  graceSeconds,
});

export const folderPolicy = (config: NotebooksConfig): FolderPolicy => ({
  host: config['host-folders'],
  sharedKeepSeconds: config.shared.enabled ? config.shared['keep-for'] : undefined,
  projectGroupId: process.getuid?.() === 0 ? ({ number }) => config['project-gids-from'] + number : undefined,
});

/** Puts the parts of servers together from what the service was given. */
export function serverParts(
  context: ServiceContext,
  config: NotebooksConfig,
  given: NotebooksParts,
  others: { readonly keeper: TokenKeeper; readonly tokens: ServerTokens },
): ServerParts {
  const { database } = context;
  const plainAllowed = async () => {
    const platformUid = process.getuid?.() ?? -1;
    const { rows } = await sql<{ count: number }>`select count(*) from hub.account`.execute(database.direct);
    return plainProcessesAllowed({
      platformUid,
      uidPerAccount: platformUid === 0,
      operatorIsOnlyPerson: (rows[0]?.count ?? 0) <= 1,
      trustUsers: config['trust-users'],
      trustUsersKey: 'notebooks.trust-users',
    });
  };
  return {
    ...context,
    ...others,
    local: { sandbox: given.sandbox, plain: given.plain, plainAllowed },
    backends: { bubblewrap: given.sandbox, process: given.plain },
    environments: given.environments,
    build: environmentBuilder(given.buildDirectory),
    prepareKernels,
    elements: given.elements,
    policy: serverPolicy(config),
    folders: folderPolicy(config),
  };
}

function sharedCleaner({ clock, dataDirectory, folders }: ServerParts): readonly Daemon[] {
  if (folders.sharedKeepSeconds === undefined) return [];
  const directory = sharedDirectory(dataDirectory);
  return [createSharedCleaner({ clock, directory, keepSeconds: folders.sharedKeepSeconds })];
}

export function createServerRoom(parts: ServerParts): ServerRoom {
  const starter = createServerStarter(parts);
  const watcher = createServerWatcher(parts);
  return {
    servers: createServers(parts),
    daemons: [
      starter,
      createServerStopper(parts),
      watcher,
      createServerCuller(parts),
      createServerJanitor(parts),
      createTokenRenewal(parts),
      ...sharedCleaner(parts),
    ],
    stop: async () => {
      await Promise.all([starter.stop(), watcher.stop()]);
    },
    abandon: async () => {
      await Promise.all([starter.abandon(), watcher.abandon()]);
    },
    audit: () => auditServers(parts),
  };
}
