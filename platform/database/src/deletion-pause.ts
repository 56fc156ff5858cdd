import { sql } from 'kysely';
import type { Queryable } from './database.ts';

/** Advisory lock that a backup holds alone while it copies files. */
export const deletionPauseLock = 8_201_518;

/**
 * True when files may be removed in this transaction. False while a backup copies: try again later. Call it first in
 * every transaction that ends with removing bytes; a backup then waits for it, and it never runs during a backup.
 */
export async function mayDeleteFiles(transaction: Queryable): Promise<boolean> {
  const { rows } = await sql<{ granted: boolean }>`
    select pg_try_advisory_xact_lock_shared(${deletionPauseLock}::bigint) as granted`.execute(transaction);
  return rows[0]?.granted ?? false;
}
