/** PostgreSQL, embedded or by URL: pool, statements, streams, notifications, migrations. */

export { type RawBuilder, sql } from 'kysely';
export { connectionOptions } from './connection-options.ts';
export { copyRows } from './copy-rows.ts';
export { type Database, openDatabase, type Queryable, type Transaction } from './database.ts';
export { deletionPauseLock, mayDeleteFiles } from './deletion-pause.ts';
export { type EmbeddedPostgres, requireUnprivileged, startEmbeddedPostgres } from './embedded-postgres.ts';
export { type MigrationSet, migrate, readMigrations } from './migrations.ts';
export type { Listener } from './notifications.ts';
export { findBinaries } from './postgres-binaries.ts';
export { requireUsableServer, UnusableDatabase } from './usable-server.ts';
