import { type Queryable, sql } from '@vre/database';
import {
  type OwnedRow,
  type OwnedServer,
  ownedServer,
  ownerColumns,
  serverColumns,
} from '../servers/server-store.ts';

/**
 * Takes on servers whose tokens are due. The next attempt is written down at once, so that another worker leaves them
 * alone and one that dies is tried again.
 */
export async function claimRenewals(
  transaction: Queryable,
  claim: { readonly now: Date; readonly again: Date; readonly limit: number },
): Promise<readonly OwnedServer[]> {
  const { rows } = await sql<OwnedRow>`
    with due as (
      select id from hub.server where state in ('ready', 'starting') and tokens_renew_at <= ${claim.now}
      order by tokens_renew_at limit ${claim.limit} for update skip locked)
    update hub.server set tokens_renew_at = ${claim.again}
    from due, hub.account where server.id = due.id and account.id = server.account_id
    returning ${serverColumns}, ${ownerColumns}`.execute(transaction);
  return rows.map(ownedServer);
}

/** New tokens lie in the server's files; what was said about old ones is over. */
export async function recordRenewal(
  transaction: Queryable,
  id: string,
  startNumber: number,
  times: { readonly renewAt: Date; readonly expiresAt: Date },
): Promise<boolean> {
  const { rows } = await sql`
    update hub.server set tokens_renew_at = ${times.renewAt}, tokens_expire_at = ${times.expiresAt}, notice = null
    where id = ${id} and start_number = ${startNumber} and state in ('ready', 'starting') returning 1`.execute(
    transaction,
  );
  return rows.length > 0;
}

/** Answers whether this is news. */
export async function recordRefusal(
  transaction: Queryable,
  id: string,
  startNumber: number,
  notice: string,
): Promise<boolean> {
  const { rows } = await sql`
    update hub.server set notice = ${notice}
    where id = ${id} and start_number = ${startNumber} and state in ('ready', 'starting')
      and notice is distinct from ${notice} returning 1`.execute(transaction);
  return rows.length > 0;
}
