import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@vre/database';

/** Vitest's global set-up: one PostgreSQL cluster a run, without durability, gone with its files at the end. */
export async function setup(): Promise<() => Promise<void>> {
  if (process.env['VRE_TEST_DATABASE_URL'] !== undefined) return async () => undefined;
  const directory = await mkdtemp(join(tmpdir(), 'vre-test-pg-'));
  const server = await startEmbeddedPostgres({
    directory,
    socketDirectory: directory,
    logFile: join(directory, 'log'),
    password: randomBytes(12).toString('hex'),
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
  });
  process.env['VRE_TEST_DATABASE_URL'] = server.url;
  return async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  };
}
