import { type Queryable, sql } from '@vre/database';
import type { Secrets } from '@vre/secrets';

export type SecretKind = 'env' | 'file';
/** A person's secret; `value` is base64 as on the wire. */
export type Secret = { readonly name: string; readonly kind: SecretKind; readonly value: string };

const purpose = (accountId: string, name: string) => `workflow secret ${name} of ${accountId}`;

export async function listSecrets(
  database: Queryable,
  accountId: string,
): Promise<readonly { readonly name: string; readonly kind: SecretKind }[]> {
  const { rows } = await sql<{ name: string; kind: SecretKind }>`
    select name, kind from workflows.secret where account_id = ${accountId} order by name`.execute(database);
  return rows;
}

export async function readSecrets(
  database: Queryable,
  sealer: Secrets,
  accountId: string,
): Promise<readonly Secret[]> {
  const { rows } = await sql<Secret>`
    select name, kind, value from workflows.secret where account_id = ${accountId} order by name`.execute(
    database,
  );
  return rows.map(({ name, kind, value }) => ({
    name,
    kind,
    value: sealer.decrypt(value, purpose(accountId, name)),
  }));
}

export async function saveSecret(
  database: Queryable,
  sealer: Secrets,
  accountId: string,
  secret: Secret,
  now: Date,
): Promise<void> {
  await sql`
    insert into workflows.secret (account_id, name, kind, value, updated_at)
    values (${accountId}, ${secret.name}, ${secret.kind}, ${sealer.encrypt(secret.value, purpose(accountId, secret.name))}, ${now})
    on conflict (account_id, name) do update set kind = excluded.kind, value = excluded.value, updated_at = excluded.updated_at`.execute(
    database,
  );
}

/** Names that were there and are gone now. */
export async function deleteSecrets(
  database: Queryable,
  accountId: string,
  names: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    delete from workflows.secret where account_id = ${accountId} and name = any(${[...names]}::text[]) returning name`.execute(
    database,
  );
  return rows.map(({ name }) => name);
}
