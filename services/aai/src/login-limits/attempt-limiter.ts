import { createHash } from 'node:crypto';
import { type Database, sql } from '@vre/database';
import type { Clock } from '@vre/service';

/** One bucket of attempts. `limit` attempts a window, counted in the database so that every copy sees them. */
export type AttemptKey = {
  readonly kind: 'account' | 'address' | 'user-code';
  readonly value: string;
  readonly limit: number;
};

/** Slows down guessing. An attempt is counted before it is judged, so that parallel guesses cannot slip through. */
export interface AttemptLimiter {
  /** Counts an attempt in every bucket; seconds to wait when one is full, else 0. */
  attempt(keys: readonly AttemptKey[]): Promise<number>;
  /** The attempt was a good one: it takes its count back, and empties the buckets named in `forget`. */
  succeeded(keys: readonly AttemptKey[], forget: readonly AttemptKey['kind'][]): Promise<void>;
}

const hashOf = ({ kind, value }: AttemptKey): Buffer =>
  createHash('sha256').update(`${kind}:${value}`).digest();

export function createAttemptLimiter(
  database: Database,
  clock: Clock,
  windowSeconds: number,
): AttemptLimiter {
  return {
    attempt: async (keys) => {
      const now = clock.now();
      const windowEnd = new Date(now.getTime() + windowSeconds * 1000);
      // Sorted, so that two logins never wait for each other's rows in opposite order.
      const hashes = keys.map((key) => ({ key, hash: hashOf(key) })).sort((a, b) => a.hash.compare(b.hash));
      const { rows } = await sql<{ key_hash: Buffer; failures: number; window_ends_at: Date }>`
        insert into aai.attempt as known (key_hash, failures, window_ends_at)
        select hash, 1, ${windowEnd} from unnest(${hashes.map((entry) => entry.hash)}::bytea[]) as hash
        on conflict (key_hash) do update set
          failures = case when known.window_ends_at <= ${now} then 1 else known.failures + 1 end,
          window_ends_at = case when known.window_ends_at <= ${now} then excluded.window_ends_at else known.window_ends_at end
        returning key_hash, failures, window_ends_at`.execute(database.direct);
      let wait = 0;
      for (const row of rows) {
        const limit = hashes.find(({ hash }) => hash.equals(row.key_hash))?.key.limit ?? 0;
        if (row.failures > limit) {
          wait = Math.max(wait, Math.ceil((row.window_ends_at.getTime() - now.getTime()) / 1000));
        }
      }
      return wait;
    },
    succeeded: async (keys, forget) => {
      const forgotten = keys.filter((key) => forget.includes(key.kind)).map(hashOf);
      const counted = keys.filter((key) => !forget.includes(key.kind)).map(hashOf);
      await sql`delete from aai.attempt where key_hash = any(${forgotten}::bytea[])`.execute(database.direct);
      await sql`
        update aai.attempt set failures = greatest(failures - 1, 0)
        where key_hash = any(${counted}::bytea[])`.execute(database.direct);
    },
  };
}
