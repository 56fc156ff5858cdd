import { type Database, type Queryable, sql } from '@vre/database';
import type { Secrets } from '@vre/secrets';
import type { Clock, Identifiers } from '@vre/service';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';

/** The keys of the issuer: one per algorithm, private parts included; handle with care. */
export type KeySet = {
  readonly privateKeys: readonly (JWK & { kid: string })[];
  readonly publicKeys: readonly JWK[];
  /** Signs cookies, and by derivation form tokens. */
  readonly cookieKey: string;
};

const algorithms = ['ES256', 'RS256'] as const;
const lock = 8_201_602;
const cookieSecret = 'cookie-key';

/** Makes what is missing and reads the rest; two processes that start at once end with the same keys. */
export async function ensureKeys(
  database: Database,
  secrets: Secrets,
  clock: Clock,
  identifiers: Identifiers,
): Promise<KeySet> {
  const complete = await readKeys(database.direct, secrets);
  if (complete) return complete;
  await database.transaction(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${lock})`.execute(transaction);
    const { rows } = await sql<{ alg: string }>`select distinct alg from aai.signing_key`.execute(
      transaction,
    );
    for (const alg of algorithms) {
      if (!rows.some((row) => row.alg === alg)) await insertKey(transaction, secrets, alg, clock.now());
    }
    await sql`
      insert into aai.kept_secret (name, sealed, created_at)
      values (${cookieSecret}, ${secrets.encrypt(identifiers.secret(32), `aai:${cookieSecret}`)}, ${clock.now()})
      on conflict (name) do nothing`.execute(transaction);
  });
  const keys = await readKeys(database.direct, secrets);
  if (!keys) throw new Error('the signing keys vanished while they were being made');
  return keys;
}

async function insertKey(db: Queryable, secrets: Secrets, alg: 'ES256' | 'RS256', now: Date): Promise<void> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const described = { kid, alg, use: 'sig' };
  const sealed = secrets.encrypt(
    JSON.stringify({ ...(await exportJWK(privateKey)), ...described }),
    `aai:key:${kid}`,
  );
  await sql`
    insert into aai.signing_key (kid, alg, public_jwk, sealed_private_jwk, created_at)
    values (${kid}, ${alg}, ${JSON.stringify({ ...publicJwk, ...described })}::jsonb, ${sealed}, ${now})`.execute(
    db,
  );
}

async function readKeys(db: Queryable, secrets: Secrets): Promise<KeySet | undefined> {
  const keys = await sql<{ kid: string; alg: string; public_jwk: JWK; sealed_private_jwk: string }>`
    select kid, alg, public_jwk, sealed_private_jwk from aai.signing_key order by created_at desc, kid`.execute(
    db,
  );
  const kept = await sql<{ sealed: string }>`
    select sealed from aai.kept_secret where name = ${cookieSecret}`.execute(db);
  const sealedCookieKey = kept.rows[0]?.sealed;
  if (sealedCookieKey === undefined) return undefined;
  if (!algorithms.every((alg) => keys.rows.some((row) => row.alg === alg))) return undefined;
  return {
    privateKeys: keys.rows.map(
      (row) =>
        JSON.parse(secrets.decrypt(row.sealed_private_jwk, `aai:key:${row.kid}`)) as JWK & { kid: string },
    ),
    publicKeys: keys.rows.map((row) => row.public_jwk),
    cookieKey: secrets.decrypt(sealedCookieKey, `aai:${cookieSecret}`),
  };
}
