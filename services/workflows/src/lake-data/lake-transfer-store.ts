import { type Queryable, sql } from '@vre/database';
import type { LakeTransfer } from '@vre/protocol-reana';

/** A file on its way; adler32 as eight hexadecimal digits. */
export type StoredTransfer = {
  readonly direction: 'input' | 'output';
  readonly scope: string;
  readonly name: string;
  readonly path: string;
  readonly bytes: number | null;
  readonly adler32: string | null;
  readonly status: LakeTransfer['status'];
  readonly sentence: string;
};

export async function transfersOf(
  database: Queryable,
  runId: string,
  direction?: 'input' | 'output',
): Promise<readonly StoredTransfer[]> {
  const { rows } = await sql<StoredTransfer>`
    select direction, scope, name, path, bytes, adler32, status, sentence from workflows.lake_transfer
    where run_id = ${runId} and (${direction ?? null}::text is null or direction = ${direction ?? null})
    order by direction, ordinal`.execute(database);
  return rows;
}

/** Writes down what will travel; what is written already stays as it is. */
export async function planTransfers(
  database: Queryable,
  runId: string,
  transfers: readonly Pick<StoredTransfer, 'direction' | 'scope' | 'name' | 'path' | 'bytes' | 'adler32'>[],
): Promise<void> {
  await sql`
    insert into workflows.lake_transfer (run_id, direction, ordinal, scope, name, path, bytes, adler32, status)
    select ${runId}, direction, ordinal, scope, name, path, bytes, adler32, 'waiting'
    from unnest(${transfers.map((t) => t.direction)}::text[], ${transfers.map((t) => t.scope)}::text[],
                ${transfers.map((t) => t.name)}::text[], ${transfers.map((t) => t.path)}::text[],
                ${transfers.map((t) => t.bytes)}::bigint[], ${transfers.map((t) => t.adler32)}::text[])
      with ordinality as transfer (direction, scope, name, path, bytes, adler32, ordinal)
    on conflict do nothing`.execute(database);
}

export async function setTransfer(
  database: Queryable,
  runId: string,
  transfer: Pick<StoredTransfer, 'direction' | 'path' | 'scope' | 'name'>,
  changes: {
    readonly status: StoredTransfer['status'];
    readonly sentence?: string;
    readonly bytes?: number;
    readonly adler32?: string;
  },
): Promise<void> {
  await sql`
    update workflows.lake_transfer set status = ${changes.status}, sentence = ${changes.sentence ?? ''},
      bytes = coalesce(${changes.bytes ?? null}, bytes), adler32 = coalesce(${changes.adler32 ?? null}, adler32)
    where run_id = ${runId} and direction = ${transfer.direction} and path = ${transfer.path}
      and scope = ${transfer.scope} and name = ${transfer.name}`.execute(database);
}

/** As shown to people. */
export async function lakeTransfersOf(database: Queryable, runId: string): Promise<readonly LakeTransfer[]> {
  return (await transfersOf(database, runId)).map((transfer) => ({
    direction: transfer.direction,
    did: `${transfer.scope}:${transfer.name}`,
    path: transfer.path,
    bytes: transfer.bytes,
    status: transfer.status,
    sentence: transfer.sentence,
  }));
}
