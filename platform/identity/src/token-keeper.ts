import { type Database, sql } from '@vre/database';
import type { Secrets } from '@vre/secrets';
import { z } from 'zod';
import type { IssuerClient } from './issuer-client.ts';
import { turnstile } from './turnstile.ts';

/** The person has not connected this service yet, or the connection was revoked: they must connect again. */
export class NotConnected extends Error {
  constructor(subject: string, options?: ErrorOptions) {
    super(
      `no usable connection for ${subject}: connect once in the portal under "Use from my computer"`,
      options,
    );
    this.name = 'NotConnected';
  }
}

/** Access tokens on behalf of people who are not there, from a refresh token that this service obtained itself. */
export interface TokenKeeper {
  /** Stores or replaces the refresh token of a person, encrypted. */
  keep(person: { readonly issuer: string; readonly subject: string }, refreshToken: string): Promise<void>;
  has(person: { readonly issuer: string; readonly subject: string }): Promise<boolean>;
  /**
   * A short-lived access token for one audience, narrowed to `scope`. Rejects with {@link NotConnected} when the
   * issuer refuses the refresh token.
   */
  accessToken(
    person: { readonly issuer: string; readonly subject: string },
    wanted: { readonly audience: string; readonly scope: string },
  ): Promise<{ readonly token: string; readonly expiresAt: Date }>;
  forget(person: { readonly issuer: string; readonly subject: string }): Promise<void>;
}

/** Statements that create the keeper's table in a service's schema. */
export const tokenKeeperMigration = (schema: string): string => `
create table ${schema}.kept_token (
  issuer text not null,
  subject text not null,
  refresh_token text not null,
  updated_at timestamptz not null default now(),
  primary key (issuer, subject)
);
`;

const answerSchema = z.object({
  access_token: z.string(),
  expires_in: z.number().default(600),
  refresh_token: z.string().optional(),
});

/**
 * Refreshes at once in one process. Each holds a database connection while the issuer answers; the issuer may live in
 * this process and need connections of the same pool to do so.
 */
const refreshesAtOnce = 3;

/** `schema` is a constant of the service; `client` is how the service is known at the issuer. */
export function createTokenKeeper(options: {
  readonly database: Database;
  readonly schema: string;
  readonly secrets: Secrets;
  readonly issuer: IssuerClient;
  readonly client: { readonly id: string; readonly secret: string };
  readonly now: () => Date;
}): TokenKeeper {
  const { database, secrets, issuer, client, now } = options;
  const table = sql.raw(`${options.schema}.kept_token`);
  const oneAtATurn = turnstile(refreshesAtOnce);
  const purpose = (person: { issuer: string; subject: string }) =>
    `refresh token of ${person.issuer} ${person.subject}`;

  return {
    keep: async (person, refreshToken) => {
      await sql`
        insert into ${table} (issuer, subject, refresh_token, updated_at)
        values (${person.issuer}, ${person.subject}, ${secrets.encrypt(refreshToken, purpose(person))}, ${now()})
        on conflict (issuer, subject) do update
          set refresh_token = excluded.refresh_token, updated_at = excluded.updated_at`.execute(
        database.direct,
      );
    },
    has: async (person) => {
      const { rows } = await sql`
        select 1 from ${table} where issuer = ${person.issuer} and subject = ${person.subject}`.execute(
        database.direct,
      );
      return rows.length > 0;
    },
    forget: async (person) => {
      await sql`delete from ${table} where issuer = ${person.issuer} and subject = ${person.subject}`.execute(
        database.direct,
      );
    },
    accessToken: (person, wanted) =>
      // The row stays locked while the issuer answers: a rotated refresh token must not be used by two copies at once.
      oneAtATurn(() =>
        database.transaction(async (transaction) => {
          const { rows } = await sql<{ refresh_token: string }>`
          select refresh_token from ${table}
          where issuer = ${person.issuer} and subject = ${person.subject} for update`.execute(transaction);
          const row = rows[0];
          if (!row) throw new NotConnected(person.subject);
          let answer: z.infer<typeof answerSchema>;
          try {
            answer = answerSchema.parse(
              await issuer.token(
                {
                  grant_type: 'refresh_token',
                  refresh_token: secrets.decrypt(row.refresh_token, purpose(person)),
                  scope: wanted.scope,
                  audience: wanted.audience,
                  resource: `urn:vre:aud:${encodeURIComponent(wanted.audience)}`,
                },
                client,
              ),
            );
          } catch (error) {
            if ((error as { status?: number }).status !== 400) throw error;
            throw new NotConnected(person.subject, { cause: error });
          }
          if (answer.refresh_token !== undefined) {
            await sql`
            update ${table} set refresh_token = ${secrets.encrypt(answer.refresh_token, purpose(person))}, updated_at = ${now()}
            where issuer = ${person.issuer} and subject = ${person.subject}`.execute(transaction);
          }
          return {
            token: answer.access_token,
            expiresAt: new Date(now().getTime() + answer.expires_in * 1000),
          };
        }),
      ),
  };
}
