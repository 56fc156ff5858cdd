import { sql } from '@vre/database';
import { HubError } from '@vre/protocol-jupyterhub';
import type { Service, ServiceContext } from '@vre/service';
import { createHub } from './hub.ts';
import type { NotebooksConfig } from './notebooks-config.ts';
import { notebooksMigrations } from './notebooks-migrations.ts';
import type { NotebooksParts } from './notebooks-parts.ts';
import { renderError } from './render-error.ts';
import type { ServerReader, Servers } from './servers/servers.ts';

/** The hub below `/hub/` and people's servers below `/user/`, on a host of their own. */
export function createNotebooksService(
  context: ServiceContext,
  config: NotebooksConfig,
  _parts: NotebooksParts,
): Service {
  const { database } = context;
  const hub = createHub(context, config);
  return {
    name: 'notebooks',
    migrations: notebooksMigrations,
    http: { renderError },
    routes: async (app) => {
      hub.routes(app, { servers: noServers, read: noServersToRead });
    },
    operatorRoutes: async (app) => hub.operatorRoutes(app),
    daemons: [...hub.daemons],
    start: async () => undefined,
    stop: async () => hub.stop(),
    health: async () => {
      await sql`select 1`.execute(database.direct);
      return { ok: true, detail: 'The hub answers.' };
    },
    audit: async () => {
      const overdue = await hub.overdueSessions();
      return overdue === 0
        ? []
        : [
            {
              invariant: 'sessions are removed within a day after their end',
              subject: 'hub.session',
              detail: `${overdue} are still there: does the worker run?`,
            },
          ];
    },
  };
}

const refuse = (): never => {
  throw new HubError(503, 'This installation starts no servers: its notebook service has no launcher.');
};
/** Until the launcher is composed in: the API says so. */
const noServers: Servers = {
  start: async () => refuse(),
  stop: async () => undefined,
  remove: async () => refuse(),
  recordActivity: async () => refuse(),
  keepAlive: async () => refuse(),
  progress: () => refuse(),
};
const noServersToRead: ServerReader = { find: async () => undefined, of: async () => [] };
