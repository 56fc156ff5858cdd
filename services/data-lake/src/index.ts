/** The data lake: scopes, DIDs, replicas, rules, storage elements and transfers behind the Rucio API. */
export { type DataLakeConfig, dataLakeConfigSchema } from './config.ts';
export { createDataLakeService, type DataLakeOptions } from './data-lake-service.ts';
export type { StorageOf } from './lake.ts';
export type { LakeElement } from './local-storage.ts';
export { dataLakeMigrations } from './migrations.ts';
