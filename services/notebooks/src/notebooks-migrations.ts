import type { MigrationSet } from '@vre/database';

/** The package's `src`, seen from `src` and from `dist`: the SQL is not copied by the build. */
const source = new URL('../src/', import.meta.url);

/** Tables of the schema `hub`, by the feature that owns them. */
export const notebooksMigrations: MigrationSet = {
  service: 'notebooks',
  directories: ['accounts', 'sign-in', 'servers', 'tokens', 'oauth', 'folders'].map(
    (feature) => new URL(`${feature}/migrations/`, source),
  ),
};
