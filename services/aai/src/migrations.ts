import type { MigrationSet } from '@vre/database';

const features = ['accounts', 'groups', 'keys', 'login-limits', 'provider'];

/** Everything in the schema `aai`. The files stay below `src` whether the code runs from `src` or `dist`. */
export const aaiMigrations: MigrationSet = {
  service: 'aai',
  directories: features.map((feature) => new URL(`../src/${feature}/migrations/`, import.meta.url)),
};
