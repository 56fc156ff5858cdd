import type { JobRef } from '@vre/compute-port';
import { type Queryable, sql } from '@vre/database';
import type { ServerState } from '../servers/server.ts';

/** Where one server of a person is, as far as the way in must know. */
export type ServerRoute = {
  readonly serverId: string;
  readonly startNumber: number;
  readonly accountId: string;
  readonly accountName: string;
  /** '' is the default server. */
  readonly name: string;
  readonly state: ServerState;
  /** On 127.0.0.1; null unless a start got that far. */
  readonly port: number | null;
  readonly job: JobRef | null;
};

/** All servers of a person. Index: `server (account_id, name)`. */
export async function routesOf(database: Queryable, accountName: string): Promise<readonly ServerRoute[]> {
  const { rows } = await sql<ServerRoute>`
    select server.id as "serverId", server.start_number as "startNumber", account.id as "accountId",
           account.name as "accountName", server.name, server.state, server.port, server.job
    from hub.account join hub.server on server.account_id = account.id
    where account.name = ${accountName}`.execute(database);
  return rows;
}

/** Those of the given starts that are still ready; a start is written `<server id> <start number>`. */
export async function readyStarts(
  database: Queryable,
  starts: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ start: string }>`
    select id || ' ' || start_number as start from hub.server
    where state = 'ready' and id = any(${starts.map((start) => start.split(' ')[0])}::uuid[])`.execute(
    database,
  );
  const ready = new Set(rows.map(({ start }) => start));
  return new Set(starts.filter((start) => ready.has(start)));
}
