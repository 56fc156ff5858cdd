import { type Queryable, sql } from '@vre/database';
import { type OwnedRow, type OwnedServer, ownedServer, ownerColumns, serverColumns } from './server-store.ts';

/** An ended server with tokens or files that are still to go. */
export type LeftServer = OwnedServer & { readonly sealedSecrets: string | null };

/** Takes on ended servers that something is left of; a lease keeps one that cannot be tidied from being tried at once again. */
export async function claimLeft(
  transaction: Queryable,
  claim: { readonly worker: string; readonly now: Date; readonly until: Date; readonly limit: number },
): Promise<readonly LeftServer[]> {
  const { rows } = await sql<OwnedRow & { readonly sealedSecrets: string | null }>`
    with due as (
      select id from hub.server
      where state in ('stopped', 'failed') and (sealed_secrets is not null or remove_pending)
        and (lease_until is null or lease_until < ${claim.now})
      order by ended_at limit ${claim.limit} for update skip locked)
    update hub.server set lease_holder = ${claim.worker}, lease_until = ${claim.until}
    from due, hub.account where server.id = due.id and account.id = server.account_id
    returning ${serverColumns}, sealed_secrets as "sealedSecrets", ${ownerColumns}`.execute(transaction);
  return rows.map(({ sealedSecrets, ...row }) => ({ ...ownedServer(row), sealedSecrets }));
}

/** Nothing is left: the secrets are forgotten, and the row goes where the person removed the server. */
export async function settleLeft(transaction: Queryable, worker: string, id: string): Promise<void> {
  await sql`
    update hub.server set sealed_secrets = null, lease_holder = null, lease_until = null
    where id = ${id} and lease_holder = ${worker} and state in ('stopped', 'failed')`.execute(transaction);
  await sql`
    delete from hub.server where id = ${id} and remove_pending and state in ('stopped', 'failed')`.execute(
    transaction,
  );
}

/** What was sealed for the current start of a server. */
export async function readSealedSecrets(database: Queryable, id: string): Promise<string | null> {
  const { rows } = await sql<{ sealed: string | null }>`
    select sealed_secrets as sealed from hub.server where id = ${id}`.execute(database);
  return rows[0]?.sealed ?? null;
}

/** Names of the folders that belong to the last start of each server. */
export async function currentFolders(database: Queryable): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ name: string }>`
    select id || '.' || start_number as name from hub.server`.execute(database);
  return new Set(rows.map(({ name }) => name));
}
