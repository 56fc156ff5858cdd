import { chmod, mkdir } from 'node:fs/promises';
import { sql } from '@vre/database';
import { createIssuerClient, createTokenKeeper } from '@vre/identity';
import { hubApiVersion } from '@vre/protocol-jupyterhub';
import type { Service, ServiceContext } from '@vre/service';
import type { NotebooksConfig } from './notebooks-config.ts';
import { notebooksMigrations } from './notebooks-migrations.ts';
import type { NotebooksParts } from './notebooks-parts.ts';
import { renderError } from './render-error.ts';
import { createServerRoom, serverParts } from './servers/server-room.ts';
import { issueServerToken, revokeServerTokens } from './tokens/token-service.ts';

/** The hub below `/hub/` and people's servers below `/user/`, on a host of their own. */
export function createNotebooksService(
  context: ServiceContext,
  config: NotebooksConfig,
  parts: NotebooksParts,
): Service {
  const { database, dataDirectory } = context;
  const keeper = createTokenKeeper({
    database,
    schema: 'hub',
    secrets: context.secrets,
    issuer: createIssuerClient(context.addresses.issuer, context.http, () => context.clock.now()),
    client: context.oidcClient,
    now: () => context.clock.now(),
  });
  const tokens = { issueServerToken, revokeServerTokens };
  const room = createServerRoom(serverParts(context, config, parts, { keeper, tokens }));
  return {
    name: 'notebooks',
    migrations: notebooksMigrations,
    http: { renderError },
    routes: async (app) => {
      app.get('/hub/api/', async () => ({ version: hubApiVersion }));
    },
    daemons: room.daemons,
    start: async () => {
      await mkdir(dataDirectory, { recursive: true });
      // Servers with uids of their own pass through to their homes.
      await chmod(dataDirectory, 0o711);
    },
    stop: () => room.stop(),
    health: async () => {
      await sql`select 1`.execute(database.direct);
      return { ok: true, detail: 'The hub answers.' };
    },
    audit: () => room.audit(),
  };
}
