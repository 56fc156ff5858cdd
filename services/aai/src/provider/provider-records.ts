import { createHash } from 'node:crypto';
import { type Database, type Queryable, type RawBuilder, sql } from '@vre/database';
import type { Secrets } from '@vre/secrets';
import type { Clock } from '@vre/service';
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';

const hashOf = (value: string): Buffer => createHash('sha256').update(value).digest();
const purposeOf = (model: string, idHash: Buffer) => `aai:${model}:${idHash.toString('hex')}`;

/** What ends with its grant. An interaction only mentions one: signing somebody else in ends the grant, not it. */
const hangsOnGrant: ReadonlySet<string> = new Set(['AuthorizationCode', 'RefreshToken', 'DeviceCode']);

type Row = { id_hash: Buffer; sealed: string; consumed_at: Date | null };

/** What the provider keeps: sessions, interactions, grants, codes, refresh tokens. */
export interface ProviderRecords {
  adapter(model: string): Adapter;
  /**
   * Marks a refresh token as exchanged. `graceOver` is true when it was exchanged longer ago than `graceSeconds`:
   * somebody else holds a copy.
   */
  exchangeRefreshToken(id: string, graceSeconds: number): Promise<{ readonly graceOver: boolean }>;
  /** Removes every refresh token descending from the same sign-in. */
  revokeFamily(grantId: string, family: number): Promise<void>;
}

/**
 * A code that comes back this soon was sent twice, not stolen: the second sender is refused, but the grant that the
 * first one is just getting tokens from is not revoked. Later it is (RFC 6749 §4.1.2).
 */
const doubleSendSeconds = 10;

/** Rows keyed by hash, payload encrypted; single use by conditional update. */
export function createProviderRecords(database: Database, secrets: Secrets, clock: Clock): ProviderRecords {
  const open = (model: string, row: Row | undefined): AdapterPayload | undefined => {
    if (!row) return undefined;
    const payload = JSON.parse(secrets.decrypt(row.sealed, purposeOf(model, row.id_hash))) as AdapterPayload;
    if (row.consumed_at === null) return payload;
    const age = clock.now().getTime() - row.consumed_at.getTime();
    return age < doubleSendSeconds * 1000 && model !== 'RefreshToken'
      ? payload
      : { ...payload, consumed: Math.floor(row.consumed_at.getTime() / 1000) };
  };
  const findBy = async (model: string, column: 'id_hash' | 'uid_hash' | 'user_code_hash', value: string) => {
    const { rows } = await sql<Row>`
      select id_hash, sealed, consumed_at from aai.provider_record
      where model = ${model} and ${sql.ref(column)} = ${hashOf(value)}`.execute(database.direct);
    return open(model, rows[0]);
  };

  const adapter = (model: string): Adapter => ({
    upsert: async (id, payload, expiresIn) => {
      const idHash = hashOf(id);
      const sealed = secrets.encrypt(JSON.stringify(payload), purposeOf(model, idHash));
      const now = clock.now();
      const hashed = (value: unknown) => (typeof value === 'string' ? hashOf(value) : null);
      const uid = model === 'Session' ? hashed(payload.uid) : null;
      const grant = hashed(model === 'Grant' ? id : hangsOnGrant.has(model) && payload.grantId);
      const family = model === 'RefreshToken' && typeof payload.iiat === 'number' ? payload.iiat : null;
      // Everything this provider keeps has an end; a year for what a later release forgets to limit.
      const expires = new Date(now.getTime() + (expiresIn ?? 31_536_000) * 1000);
      // A refresh token holds its grant while it is written, so that a revocation at the same time waits and sees it.
      const { numAffectedRows } = await sql`
        with held as (
          select 1 from aai.provider_record
          where model = 'Grant' and grant_hash = ${grant} and ${model} = 'RefreshToken' for key share)
        insert into aai.provider_record (model, id_hash, sealed, uid_hash, user_code_hash, grant_hash, account_id,
                                         client_id, family, created_at, expires_at)
        select ${model}, ${idHash}, ${sealed}, ${uid}, ${hashed(payload.userCode)}, ${grant},
               ${payload.accountId ?? null}::uuid, ${payload.clientId ?? null}, ${family}::bigint,
               ${now}::timestamptz, ${expires}::timestamptz
        where ${model} <> 'RefreshToken' or exists (select from held)
        on conflict (model, id_hash) do update set
          sealed = excluded.sealed, grant_hash = excluded.grant_hash, account_id = excluded.account_id,
          expires_at = excluded.expires_at`.execute(database.direct);
      if (numAffectedRows !== 1n) throw new errors.InvalidGrant('the grant was revoked meanwhile');
    },
    find: (id) => findBy(model, 'id_hash', id),
    findByUid: (uid) => findBy(model, 'uid_hash', uid),
    findByUserCode: (userCode) => findBy(model, 'user_code_hash', userCode),
    consume: async (id) => {
      const { numAffectedRows } = await sql`
        update aai.provider_record set consumed_at = ${clock.now()}
        where model = ${model} and id_hash = ${hashOf(id)} and consumed_at is null`.execute(database.direct);
      // The provider looked before it called; whoever comes second in the meantime ends here.
      if (numAffectedRows !== 1n) throw new errors.InvalidGrant('already consumed');
    },
    destroy: async (id) => {
      if (model === 'Grant') return endGrants(database, sql`grant_hash = ${hashOf(id)}`);
      await sql`delete from aai.provider_record where model = ${model} and id_hash = ${hashOf(id)}`.execute(
        database.direct,
      );
    },
    revokeByGrantId: async (grantId) => {
      await sql`
        delete from aai.provider_record where model = ${model} and grant_hash = ${hashOf(grantId)}`.execute(
        database.direct,
      );
    },
  });

  return {
    adapter,
    exchangeRefreshToken: async (id, graceSeconds) => {
      const now = clock.now();
      const { rows } = await sql<{ consumed_at: Date }>`
        update aai.provider_record set consumed_at = coalesce(consumed_at, ${now})
        where model = 'RefreshToken' and id_hash = ${hashOf(id)} returning consumed_at`.execute(
        database.direct,
      );
      const consumedAt = rows[0]?.consumed_at;
      if (!consumedAt) throw new errors.InvalidGrant('refresh token was revoked meanwhile');
      return { graceOver: now.getTime() - consumedAt.getTime() > graceSeconds * 1000 };
    },
    revokeFamily: async (grantId, family) => {
      await sql`
        delete from aai.provider_record
        where model = 'RefreshToken' and grant_hash = ${hashOf(grantId)} and family = ${family}`.execute(
        database.direct,
      );
    },
  };
}

/**
 * Grants first, then what hangs on them: the first statement waits for refresh tokens that are being written, the
 * second one sees them.
 */
async function removeGrants(db: Queryable, which: RawBuilder<unknown>): Promise<void> {
  await sql`delete from aai.provider_record where model = 'Grant' and ${which}`.execute(db);
  await sql`delete from aai.provider_record where ${which}`.execute(db);
}

const endGrants = (database: Database, which: RawBuilder<unknown>): Promise<void> =>
  database.transaction((transaction) => removeGrants(transaction, which));

/** Sessions, grants, codes and refresh tokens of an account: all of them. */
export const endEverything = (db: Queryable, accountId: string): Promise<void> =>
  removeGrants(db, sql`account_id = ${accountId}::uuid`);

/** The grants, codes and refresh tokens of one client for an account. */
export const endClient = (database: Database, accountId: string, clientId: string): Promise<void> =>
  endGrants(database, sql`account_id = ${accountId}::uuid and client_id = ${clientId}`);
