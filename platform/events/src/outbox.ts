import { type Database, type Queryable, sql } from '@vre/database';

/** `accountId` is the account whose browser may see the event; null means every signed-in account. */
export type OutboxEvent = {
  readonly topic: string;
  readonly accountId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
};

/** `cursor` is the reader's place behind this event: transaction and row, opaque to clients. */
export type PublishedEvent = OutboxEvent & { readonly cursor: string; readonly at: Date };

/** The events of one service, in its own schema. */
export interface Outbox {
  /** Records events with the transaction; one coalesced NOTIFY after commit wakes the readers. */
  publish(transaction: Queryable, events: readonly OutboxEvent[]): Promise<void>;
  /** Events behind a cursor for one account (and those for everybody), oldest first, at most `limit`. */
  since(cursor: string, accountId: string, limit: number): Promise<readonly PublishedEvent[]>;
  /** Where a new reader starts. */
  latest(): Promise<string>;
  /** Calls back when there may be something new. */
  subscribe(onEvents: () => void): () => void;
  /** Removes events older than a day; call it from a daemon. */
  prune(now: Date): Promise<void>;
}

/** Statements that create the outbox of a schema; put them into the service's first migration. */
export const outboxMigration = (schema: string): string => `
create table ${schema}.outbox (
  id bigint generated always as identity primary key,
  transaction xid8 not null default pg_current_xact_id(),
  topic text not null,
  account_id text,
  data jsonb not null,
  at timestamptz not null default now()
);
create index outbox_order on ${schema}.outbox (transaction, id);
create index outbox_at on ${schema}.outbox (at);
`;

const cursorForm = /^(\d{1,20})\.(\d{1,19})$/;

/**
 * `schema` is a constant of the service. Rows of a slow transaction may appear behind those of a fast one, so
 * readers only see transactions older than every one in progress, in the order of (transaction, row): nothing is
 * ever missed.
 */
export async function createOutbox(
  database: Database,
  schema: string,
): Promise<Outbox & { close(): Promise<void> }> {
  const table = sql.raw(`${schema}.outbox`);
  const channel = `${schema}_events`;
  const subscribers = new Set<() => void>();
  const listener = await database.listen(channel, () => {
    for (const subscriber of subscribers) subscriber();
  });
  return {
    publish: async (transaction, events) => {
      if (events.length === 0) return;
      await sql`
        with published as (
          insert into ${table} (topic, account_id, data)
          select topic, account_id, data::jsonb
          from unnest(${events.map((event) => event.topic)}::text[], ${events.map((event) => event.accountId)}::text[],
                      ${events.map((event) => JSON.stringify(event.data))}::text[]) as event (topic, account_id, data)
          returning 1)
        select pg_notify(${channel}, '') from (select count(*) from published) as counted`.execute(
        transaction,
      );
    },
    since: async (cursor, accountId, limit) => {
      const [, transaction, id] = cursorForm.exec(cursor) ?? [undefined, '0', '0'];
      const horizon = await readHorizon(database);
      const { rows } = await sql<{
        cursor: string;
        topic: string;
        account_id: string | null;
        data: Record<string, unknown>;
        at: Date;
      }>`
        select transaction || '.' || id as cursor, topic, account_id, data, at from ${table}
        where (transaction, id) > (${transaction}::text::xid8, ${id}::text::bigint)
          and transaction < ${horizon}::text::xid8
          and (account_id is null or account_id = ${accountId})
        order by transaction, id limit ${limit}`.execute(database.direct);
      return rows.map(({ account_id, ...event }) => ({ ...event, accountId: account_id }));
    },
    latest: async () => `${await readHorizon(database)}.0`,
    subscribe: (onEvents) => {
      subscribers.add(onEvents);
      return () => subscribers.delete(onEvents);
    },
    prune: async (now) => {
      await sql`delete from ${table} where at < ${now}::timestamptz - interval '1 day'`.execute(
        database.direct,
      );
    },
    close: () => listener.close(),
  };
}

/**
 * The oldest transaction still in progress in this database, else the next to come. `pg_snapshot_xmin` would do, but
 * it also counts other databases of the server, whose long transactions would hold events back. It must be a statement
 * of its own before the rows are read: what ends in between is visible to that later statement.
 */
async function readHorizon(database: Database): Promise<string> {
  const { rows } = await sql<{ horizon: string }>`
    select (next - coalesce(max((next - backend_xid::text::bigint) & 4294967295), 0))::text as horizon
    from (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as next) as snapshot
    left join pg_stat_activity on datname = current_database() and backend_xid is not null
    group by next`.execute(database.direct);
  return rows[0]?.horizon ?? '0';
}
