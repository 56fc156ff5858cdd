import type { MigrationSet } from '@vre/database';

const features = ['accounts', 'scopes', 'dids', 'rses', 'replicas', 'rules', 'transfers', 'authentication'];

/** Relative to the package, so that it is right from `src` and from `dist`. */
export const dataLakeMigrations: MigrationSet = {
  service: 'data-lake',
  directories: features.map((feature) => new URL(`../src/${feature}/migrations/`, import.meta.url)),
};
