/** The data lake: scopes, DIDs, replicas, rules, storage elements and transfers behind the Rucio API. */
export { type DataLakeConfig, dataLakeConfigSchema, type ElementConfig, pathPrefixOf } from './config.ts';
export { createDataLakeService } from './data-lake-service.ts';
export type { StorageOf } from './lake.ts';
export { dataLakeMigrations } from './migrations.ts';
