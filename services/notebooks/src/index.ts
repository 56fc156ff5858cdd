/** The notebook service: a hub for unmodified Jupyter servers. */
export { type NotebooksConfig, notebooksConfigSchema } from './notebooks-config.ts';
export { notebooksMigrations } from './notebooks-migrations.ts';
export type { NotebooksParts } from './notebooks-parts.ts';
export { createNotebooksService } from './notebooks-service.ts';
export { stopLeftServers } from './servers/stop-left-servers.ts';
