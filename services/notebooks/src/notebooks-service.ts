import { chmod, mkdir } from 'node:fs/promises';
import { sql } from '@vre/database';
import type { Service, ServiceContext } from '@vre/service';
import { createHub } from './hub.ts';
import type { NotebooksConfig } from './notebooks-config.ts';
import { notebooksMigrations } from './notebooks-migrations.ts';
import type { NotebooksParts } from './notebooks-parts.ts';
import { createServerProxy } from './proxy/index.ts';
import { renderError } from './render-error.ts';
import { createServerRoom, serverParts } from './servers/server-room.ts';
import { findServer, serversOf } from './servers/server-store.ts';
import { issueServerToken, revokeServerTokens } from './tokens/token-service.ts';

/** The hub below `/hub/` and people's servers below `/user/`, on a host of their own. */
export function createNotebooksService(
  context: ServiceContext,
  config: NotebooksConfig,
  parts: NotebooksParts,
): Service {
  const { database, dataDirectory } = context;
  const hub = createHub(context, config);
  const tokens = { issueServerToken, revokeServerTokens };
  const ofServers = serverParts(context, config, parts, { keeper: hub.keeper, tokens });
  const room = createServerRoom(ofServers);
  const proxy = createServerProxy(
    context,
    hub.access,
    (next) => `/hub/login?next=${encodeURIComponent(next)}`,
    { bubblewrap: parts.sandbox, process: parts.plain },
  );
  return {
    name: 'notebooks',
    migrations: notebooksMigrations,
    http: { renderError, onRequest: proxy.onRequest, onUpgrade: proxy.onUpgrade },
    routes: async (app) => {
      hub.routes(app, {
        servers: room.servers,
        read: {
          find: (accountId, name) => findServer(database.direct, accountId, name),
          of: (accountIds) => serversOf(database.direct, accountIds),
        },
        environments: parts.environments,
        buildDirectory: parts.buildDirectory,
      });
    },
    operatorRoutes: async (app) => hub.operatorRoutes(app),
    daemons: [...hub.daemons, ...room.daemons],
    start: async () => {
      await mkdir(dataDirectory, { recursive: true });
      // Servers with uids of their own pass through to their homes.
      await chmod(dataDirectory, 0o711);
    },
    stop: async () => {
      await proxy.close();
      hub.stop();
      await room.stop();
    },
    health: async () => {
      await sql`select 1`.execute(database.direct);
      return { ok: true, detail: 'The hub answers.' };
    },
    audit: async () => {
      const overdue = await hub.overdueSessions();
      return [
        ...(await room.audit()),
        ...(overdue === 0
          ? []
          : [
              {
                invariant: 'sessions are removed within a day after their end',
                subject: 'hub.session',
                detail: `${overdue} are still there: does the worker run?`,
              },
            ]),
      ];
    },
  };
}
