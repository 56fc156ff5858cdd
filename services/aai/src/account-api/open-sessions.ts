import { createHash } from 'node:crypto';
import { type Database, sql } from '@vre/database';
import type { Secrets } from '@vre/secrets';
import type { Clock } from '@vre/service';
import { endClient } from '../provider/provider-records.ts';

/** A sign-in of a browser. */
export type OpenSession = {
  readonly id: string;
  readonly signedInAt: Date;
  readonly expiresAt: Date;
  readonly clients: readonly string[];
};
/** A client that holds refresh tokens of the person. */
export type Application = {
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly since: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
};

/** What is open in a person's name, to be looked at and ended. */
export interface OpenSessions {
  sessions(accountId: string): Promise<readonly OpenSession[]>;
  /** False when there is no such session of this account. */
  endSession(accountId: string, id: string): Promise<boolean>;
  applications(accountId: string): Promise<readonly Application[]>;
  /** Ends every grant and token of a client for this account. False when it has none. */
  endApplication(accountId: string, clientId: string): Promise<boolean>;
}

type Payload = {
  readonly authorizations?: Record<string, unknown>;
  readonly loginTs?: number;
  readonly scope?: string;
};

export function createOpenSessions(database: Database, secrets: Secrets, clock: Clock): OpenSessions {
  const opened = (model: string, row: { id_hash: Buffer; sealed: string }): Payload =>
    JSON.parse(secrets.decrypt(row.sealed, `aai:${model}:${row.id_hash.toString('hex')}`)) as Payload;
  // The row's key is a hash of the cookie already; hashed again it is fit to be shown.
  const shownId = (hash: Buffer) => createHash('sha256').update(hash).digest('hex').slice(0, 32);
  const sessionRows = async (accountId: string) => {
    const { rows } = await sql<{ id_hash: Buffer; sealed: string; created_at: Date; expires_at: Date }>`
      select id_hash, sealed, created_at, expires_at from aai.provider_record
      where model = 'Session' and account_id = ${accountId}::uuid and expires_at > ${clock.now()}
      order by created_at desc limit 100`.execute(database.direct);
    return rows;
  };
  return {
    sessions: async (accountId) =>
      (await sessionRows(accountId)).map((row) => {
        const payload = opened('Session', row);
        return {
          id: shownId(row.id_hash),
          signedInAt: payload.loginTs === undefined ? row.created_at : new Date(payload.loginTs * 1000),
          expiresAt: row.expires_at,
          clients: Object.keys(payload.authorizations ?? {}),
        };
      }),
    endSession: async (accountId, id) => {
      const row = (await sessionRows(accountId)).find((session) => shownId(session.id_hash) === id);
      if (!row) return false;
      await sql`delete from aai.provider_record where model = 'Session' and id_hash = ${row.id_hash}`.execute(
        database.direct,
      );
      return true;
    },
    applications: async (accountId) => {
      const { rows } = await sql<{
        client_id: string;
        id_hash: Buffer;
        sealed: string;
        since: Date;
        last_used_at: Date;
        expires_at: Date;
      }>`
        select distinct on (client_id) client_id, id_hash, sealed, expires_at,
          to_timestamp(min(family) over (partition by client_id)) as since, created_at as last_used_at
        from aai.provider_record
        where model = 'RefreshToken' and account_id = ${accountId}::uuid and consumed_at is null
          and expires_at > ${clock.now()}
        order by client_id, created_at desc`.execute(database.direct);
      return rows.map((row) => ({
        clientId: row.client_id,
        scopes: (opened('RefreshToken', row).scope ?? '').split(' ').filter((scope) => scope !== ''),
        since: row.since,
        lastUsedAt: row.last_used_at,
        expiresAt: row.expires_at,
      }));
    },
    endApplication: async (accountId, clientId) => {
      const { rows } = await sql<{ any: boolean }>`
        select exists (select from aai.provider_record
          where model = 'Grant' and account_id = ${accountId}::uuid and client_id = ${clientId}) as any`.execute(
        database.direct,
      );
      await endClient(database, accountId, clientId);
      return rows[0]?.any === true;
    },
  };
}
