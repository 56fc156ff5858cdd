import { randomBytes } from 'node:crypto';
import { connectionOptions, type Database, type MigrationSet, migrate, openDatabase } from '@vre/database';
import { createLogger } from '@vre/telemetry';
import pg from 'pg';

/** A database of its own, made from a migrated template. */
export interface TestDatabase {
  readonly database: Database;
  drop(): Promise<void>;
}

const templates = new Map<string, Promise<string>>();
const log = createLogger({ name: 'test', level: 'silent' });

/** The cluster of the test run, started by `cluster-for-tests.ts`. */
function clusterUrl(): string {
  const url = process.env['VRE_TEST_DATABASE_URL'];
  if (url === undefined)
    throw new Error('no test cluster: run tests with vitest from the root of the checkout');
  return url;
}

function withName(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function administrate(url: string, statement: string): Promise<void> {
  const client = new pg.Client(connectionOptions(url));
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The server needs a moment to notice that the last connection to the template was closed (55006). */
async function createFromTemplate(url: string, name: string, template: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await administrate(url, `create database ${name} template ${template}`);
    } catch (error) {
      if ((error as { code?: string }).code !== '55006' || attempt === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Creates a database from the template of these migrations; a few milliseconds after the first of its kind. */
export async function testDatabase(sets: readonly MigrationSet[]): Promise<TestDatabase> {
  const url = clusterUrl();
  const key = sets.map((set) => `${set.service}:${set.directories.join()}`).join('|');
  let template = templates.get(key);
  if (!template) {
    template = (async () => {
      const name = `template_${randomBytes(6).toString('hex')}`;
      await administrate(url, `create database ${name}`);
      const database = openDatabase(withName(url, name), log);
      await migrate(database, sets);
      await database.close();
      return name;
    })();
    templates.set(key, template);
  }
  const name = `test_${randomBytes(6).toString('hex')}`;
  await createFromTemplate(url, name, await template);
  const database = openDatabase(withName(url, name), log);
  return {
    database,
    drop: async () => {
      await database.close();
      await administrate(url, `drop database ${name} with (force)`);
    },
  };
}
