import { sql } from '@vre/database';
import { hubApiVersion } from '@vre/protocol-jupyterhub';
import type { Service, ServiceContext } from '@vre/service';
import type { NotebooksConfig } from './notebooks-config.ts';
import { notebooksMigrations } from './notebooks-migrations.ts';
import type { NotebooksParts } from './notebooks-parts.ts';
import { renderError } from './render-error.ts';

/** The hub below `/hub/` and people's servers below `/user/`, on a host of their own. */
export function createNotebooksService(
  context: ServiceContext,
  _config: NotebooksConfig,
  _parts: NotebooksParts,
): Service {
  const { database } = context;
  return {
    name: 'notebooks',
    migrations: notebooksMigrations,
    http: { renderError },
    routes: async (app) => {
      app.get('/hub/api/', async () => ({ version: hubApiVersion }));
    },
    daemons: [],
    start: async () => undefined,
    stop: async () => undefined,
    health: async () => {
      await sql`select 1`.execute(database.direct);
      return { ok: true, detail: 'The hub answers.' };
    },
    audit: async () => [],
  };
}
