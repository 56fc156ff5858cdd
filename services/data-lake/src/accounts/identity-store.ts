import { type Queryable, sql } from '@vre/database';

export type IdentityType = 'X509' | 'GSS' | 'USERPASS' | 'SSH' | 'SAML' | 'OIDC';

/** An account that an identity may act as; the default one first. */
export type MappedAccount = {
  readonly account_id: number;
  readonly account: string;
  readonly status: string;
  readonly is_default: boolean;
  readonly is_administrator: boolean;
};

/** How Rucio spells the identity of a person at an issuer. The issuer's final slash matters. */
export const oidcIdentity = (subject: string, issuer: string): string => `SUB=${subject}, ISS=${issuer}`;

export async function accountsOf(
  q: Queryable,
  identity: string,
  type: IdentityType,
): Promise<readonly MappedAccount[]> {
  const { rows } = await sql<MappedAccount>`
    select a.id as account_id, a.name as account, a.status, ai.is_default,
      coalesce((select value = 'true'::jsonb or value = '"true"'::jsonb or value = '"True"'::jsonb
        from lake.account_attribute where account_id = a.id and key = 'admin'), false) as is_administrator
    from lake.identity i
    join lake.account_identity ai on ai.identity_id = i.id
    join lake.account a on a.id = ai.account_id
    where i.name = ${identity} and i.type = ${type}
    order by ai.is_default desc, a.id`.execute(q);
  return rows;
}

/** Makes the identity if missing and maps it; false when it was mapped already. */
export async function mapIdentity(
  q: Queryable,
  identity: {
    readonly name: string;
    readonly type: IdentityType;
    readonly email: string | null;
    readonly passwordHash: string | null;
  },
  accountId: number,
  isDefault: boolean,
  now: Date,
): Promise<boolean> {
  const { rows } = await sql<{ id: number }>`
    insert into lake.identity (name, type, email, password_hash, created_at)
    values (${identity.name}, ${identity.type}, ${identity.email}, ${identity.passwordHash}, ${now})
    on conflict (name, type) do update set password_hash = coalesce(excluded.password_hash, identity.password_hash)
    returning id`.execute(q);
  const { rows: mapped } = await sql`
    insert into lake.account_identity (identity_id, account_id, is_default)
    values (${rows[0]?.id}, ${accountId}, ${isDefault}) on conflict do nothing returning account_id`.execute(
    q,
  );
  return mapped.length > 0;
}

export async function unmapIdentity(
  q: Queryable,
  identity: string,
  type: IdentityType,
  accountId: number,
): Promise<boolean> {
  const { rows } = await sql`
    delete from lake.account_identity using lake.identity i
    where identity_id = i.id and i.name = ${identity} and i.type = ${type} and account_id = ${accountId}
    returning identity_id`.execute(q);
  return rows.length > 0;
}

export async function identitiesOf(
  q: Queryable,
  accountId: number,
): Promise<readonly { readonly type: string; readonly identity: string; readonly email: string | null }[]> {
  const { rows } = await sql<{ type: string; identity: string; email: string | null }>`
    select i.type, i.name as identity, i.email from lake.account_identity ai
    join lake.identity i on i.id = ai.identity_id where ai.account_id = ${accountId} order by i.type, i.name`.execute(
    q,
  );
  return rows;
}
