import { type Queryable, sql } from '@vre/database';
import type { FastifyRequest } from 'fastify';

/**
 * Holds for a replica `r` that arrived and that nothing refers to, and never did: its client ended after the bytes
 * were there and before the file was attached to its dataset.
 */
export const isUnattached = sql`
  r.state = 'A' and r.lock_cnt = 0 and r.tombstone is null
  and not exists (select from lake.content held where held.child_id = r.did_id)
  and not exists (select from lake.rule kept where kept.did_id = r.did_id)`;

/**
 * Those of some files that only uploads of this account know: they are in no dataset and have no replica but COPYING
 * or unattached ones; a rule, if any, is the account's own and waits for bytes that never came. Their client ended
 * between two of its steps. The same command starts such an upload over, with other content if it changed.
 */
export async function forlornUploads(
  q: Queryable,
  didIds: readonly number[],
  accountId: number,
): Promise<ReadonlySet<number>> {
  const { rows } = await sql<{ id: number }>`
    select d.id from lake.did d where d.id = any(${[...didIds]}::bigint[]) and d.type = 'F'
      and exists (select from lake.replica where did_id = d.id)
      and not exists (select from lake.content where child_id = d.id)
      and not exists (select from lake.rule where did_id = d.id and (account_id <> ${accountId} or copies <> 1 or locked))
      and (select count(*) from lake.rule where did_id = d.id) <= 1
      and not exists (select from lake.replica r where r.did_id = d.id and r.state <> 'C' and not (${isUnattached}))`.execute(
    q,
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * True for the command `rucio upload`, which names itself by its path. It skips files whose replica it finds, without
 * attaching them, and makes no rule for a file whose name it finds; so it is not shown what is unattached or forlorn,
 * registers and uploads it again, and ends with the file attached or its rule made.
 */
export const isUploadCommand = (request: FastifyRequest): boolean =>
  /(^|\/)rucio::upload$/.test(String(request.headers['x-rucio-script'] ?? ''));

/** Those of some files whose replica on an element is unattached, held until the transaction ends. */
export async function unattachedOn(
  q: Queryable,
  rseId: number,
  didIds: readonly number[],
): Promise<ReadonlySet<number>> {
  if (didIds.length === 0) return new Set();
  const { rows } = await sql<{ did_id: number }>`
    select r.did_id from lake.replica r
    where r.rse_id = ${rseId} and r.did_id = any(${[...didIds]}::bigint[]) and ${isUnattached}
    order by r.did_id for update of r`.execute(q);
  return new Set(rows.map(({ did_id }) => did_id));
}
