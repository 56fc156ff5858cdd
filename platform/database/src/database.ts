import type { Logger } from '@vre/telemetry';
import {
  type CompiledQuery,
  Kysely,
  type Transaction as KyselyTransaction,
  PostgresDialect,
  type RawBuilder,
} from 'kysely';
import pg from 'pg';
import Cursor from 'pg-cursor';
import { connectionOptions } from './connection-options.ts';
import { createNotifications, type Listener } from './notifications.ts';

// bigint columns hold sizes and dense keys: all below 2^53, so numbers, not strings. JSON stays parsed by pg.
pg.types.setTypeParser(20, Number);
pg.types.setTypeParser(1700, Number);

/** A transaction in progress; statements given to it commit or roll back together. */
export type Transaction = KyselyTransaction<unknown>;

/** Where a store sends its statements: the pool or a transaction. Write them with the `sql` template tag. */
export type Queryable = Kysely<unknown> | Transaction;

/** One pool a process and database. */
export interface Database {
  readonly url: string;
  /** Single statements, each its own transaction. */
  readonly direct: Kysely<unknown>;
  /** Runs `work` in one transaction (read committed); serialisation failures and deadlocks are tried again, up to five times. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Rows of a long result, fetched by cursor `batch` at a time while the consumer keeps up. */
  stream<Row>(statement: RawBuilder<Row>, batch?: number): AsyncGenerator<Row>;
  /**
   * Calls `onNotify` for every NOTIFY on `channel`, and once after every (re)connection because something may have
   * been missed meanwhile.
   */
  listen(channel: string, onNotify: () => void): Promise<Listener>;
  /** A connection of its own for COPY and advisory locks; it goes back when `work` ends. */
  withConnection<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Opens a pool of at most 10 connections, closed after 10 idle seconds. */
export function openDatabase(url: string, log: Logger): Database {
  const connection = connectionOptions(url);
  const pool = new pg.Pool({ ...connection, max: 10, idleTimeoutMillis: 10_000, application_name: 'vre' });
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection was lost'));
  const notifications = createNotifications(connection, log);
  const direct = new Kysely<unknown>({ dialect: new PostgresDialect({ pool, cursor: Cursor }) });

  return {
    url,
    direct,
    transaction: async (work) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await direct.transaction().execute(work);
        } catch (error) {
          const repeatable = ['40001', '40P01'].includes((error as { code?: string }).code ?? '');
          if (!repeatable || attempt === 5) throw error;
        }
      }
    },
    async *stream(statement, batch = 1000) {
      const compiled: CompiledQuery<unknown> = statement.compile(direct);
      const client = await pool.connect();
      const cursor = client.query(new Cursor(compiled.sql, [...compiled.parameters]));
      let failure: Error | undefined;
      try {
        for (;;) {
          const rows = await cursor.read(batch);
          yield* rows;
          if (rows.length < batch) return;
        }
      } catch (error) {
        failure = error as Error;
        throw error;
      } finally {
        await cursor.close().catch((error: Error) => {
          failure ??= error;
        });
        client.release(failure);
      }
    },
    listen: (channel, onNotify) => notifications.listen(channel, onNotify),
    withConnection: async (work) => {
      const client = await pool.connect();
      try {
        return await work(client);
      } finally {
        client.release();
      }
    },
    close: async () => {
      await notifications.close();
      // Kysely ends the pool only when it has sent a statement itself.
      await direct.destroy();
      if (!pool.ending) await pool.end();
    },
  };
}
