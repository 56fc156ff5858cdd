import type { MigrationSet } from '@vre/database';

/** The packages' `src`, seen from `src` and from `dist`: the SQL is not copied by the build. */
const source = new URL('../src/', import.meta.url);

/** Tables of the schema `workflows`, by the feature that owns them. */
export const workflowsMigrations: MigrationSet = {
  service: 'workflows',
  directories: ['authentication', 'connect', 'runs', 'jobs', 'secrets', 'lake-data'].map(
    (feature) => new URL(`${feature}/migrations/`, source),
  ),
};
