import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Database } from './database.ts';

/** The migrations of one service: `directories` hold `NNNN_name.sql` files, numbers unique within the service. */
export type MigrationSet = { readonly service: string; readonly directories: readonly URL[] };

type Migration = {
  readonly number: number;
  readonly name: string;
  readonly statements: string;
  readonly hash: string;
};

/** Reads a set in order of number; throws when two files of a service share a number. */
export async function readMigrations(set: MigrationSet): Promise<readonly Migration[]> {
  const migrations: Migration[] = [];
  for (const directory of set.directories) {
    for (const file of await readdir(directory)) {
      const match = /^(\d{4})_([a-z0-9-]+)\.sql$/.exec(file);
      if (!match) throw new Error(`${basename(fileURLToPath(directory))}/${file} is not named NNNN_name.sql`);
      const statements = await readFile(new URL(file, directory), 'utf8');
      migrations.push({
        number: Number(match[1]),
        name: match[2] as string,
        statements,
        hash: createHash('sha256').update(statements).digest('hex'),
      });
    }
  }
  migrations.sort((a, b) => a.number - b.number);
  for (const [index, migration] of migrations.entries()) {
    if (migrations[index - 1]?.number === migration.number) {
      throw new Error(`${set.service} has two migrations with number ${migration.number}`);
    }
  }
  return migrations;
}

/** Key of the advisory lock that lets one process migrate at a time. */
const lockKey = 8_201_517;

/**
 * Applies what is missing, each migration in its own transaction, one process at a time. Refuses a database that
 * was migrated by a newer release or by a changed file. Returns the names applied.
 */
export async function migrate(database: Database, sets: readonly MigrationSet[]): Promise<readonly string[]> {
  const applied: string[] = [];
  await database.withConnection(async (client) => {
    await client.query('select pg_advisory_lock($1)', [lockKey]);
    try {
      await client.query(`
        create schema if not exists platform;
        create table if not exists platform.migrations (
          service text not null, number int not null, name text not null, hash text not null,
          applied_at timestamptz not null default now(), primary key (service, number))`);
      for (const set of sets) {
        const { rows } = await client.query<{ number: number; hash: string }>(
          'select number, hash from platform.migrations where service = $1',
          [set.service],
        );
        const known = new Map(rows.map((row) => [row.number, row.hash]));
        const migrations = await readMigrations(set);
        const newest = migrations.at(-1)?.number ?? 0;
        for (const number of known.keys()) {
          if (number > newest) {
            throw new Error(
              `the database of ${set.service} is at version ${number}, this release knows ${newest}: start the newer release, or restore a backup made with this one`,
            );
          }
        }
        for (const migration of migrations) {
          const hash = known.get(migration.number);
          if (hash === migration.hash) continue;
          if (hash !== undefined)
            throw new Error(
              `migration ${migration.number}_${migration.name} of ${set.service} was changed after it was applied`,
            );
          await client.query('begin');
          try {
            await client.query(migration.statements);
            await client.query(
              'insert into platform.migrations (service, number, name, hash) values ($1, $2, $3, $4)',
              [set.service, migration.number, migration.name, migration.hash],
            );
            await client.query('commit');
          } catch (error) {
            await client.query('rollback');
            throw new Error(
              `migration ${migration.number}_${migration.name} of ${set.service} failed: ${(error as Error).message}`,
              { cause: error },
            );
          }
          applied.push(`${set.service} ${migration.number}_${migration.name}`);
        }
      }
    } finally {
      await client.query('select pg_advisory_unlock($1)', [lockKey]);
    }
  });
  return applied;
}
