import { sql } from '@vre/database';
import { audiences, type ServiceContext } from '@vre/service';
import { createLocalJWKSet, exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';

/** The lake as issuer of session tokens for those who sign in with a password. */
export interface LakeIssuer {
  /** Exactly as in tokens: the lake's public address. */
  readonly issuer: string;
  /** Makes the signing key at the first start; safe when several processes start at once. */
  start(): Promise<void>;
  mint(session: {
    readonly account: string;
    readonly identity: string;
    /** `storage.*` capabilities, space-separated. */
    readonly scope: string;
    readonly seconds: number;
  }): Promise<{ readonly token: string; readonly expiresAt: Date }>;
  /** Identity and account of a token of ours; rejects when it is not valid. */
  verify(
    token: string,
  ): Promise<{ readonly account: string; readonly identity: string; readonly expiresAt: Date }>;
  /** Public keys (RFC 7517). */
  keySet(): { readonly keys: readonly JWK[] };
}

const purpose = 'signing key of the data lake';
const algorithm = 'ES256';
const lockKey = 8_201_519;

export function createLakeIssuer(context: ServiceContext): LakeIssuer {
  const issuer = context.addresses.lake;
  let keys: { kid: string; public_jwk: JWK; private_jwk: string }[] = [];

  const load = async () => {
    ({ rows: keys } = await sql<(typeof keys)[number]>`
      select kid, public_jwk, private_jwk from lake.signing_key order by created_at desc`.execute(
      context.database.direct,
    ));
  };
  return {
    issuer,
    start: async () => {
      await context.database.transaction(async (transaction) => {
        await sql`select pg_advisory_xact_lock(${lockKey})`.execute(transaction);
        const { rows } = await sql`select kid from lake.signing_key limit 1`.execute(transaction);
        if (rows.length > 0) return;
        const pair = await generateKeyPair(algorithm, { extractable: true });
        const kid = context.identifiers.hex();
        const publicJwk = { ...(await exportJWK(pair.publicKey)), kid, alg: algorithm, use: 'sig' };
        const privateJwk = context.secrets.encrypt(JSON.stringify(await exportJWK(pair.privateKey)), purpose);
        await sql`
          insert into lake.signing_key (kid, public_jwk, private_jwk, created_at)
          values (${kid}, ${JSON.stringify(publicJwk)}::jsonb, ${privateJwk}, ${context.clock.now()})`.execute(
          transaction,
        );
      });
      await load();
    },
    mint: async ({ account, identity, scope, seconds }) => {
      const key = keys[0];
      if (!key) throw new Error('the data lake has no signing key: it was not started');
      const jwk = JSON.parse(context.secrets.decrypt(key.private_jwk, purpose)) as JWK;
      const issuedAt = Math.floor(context.clock.now().getTime() / 1000);
      const token = await new SignJWT({
        'wlcg.ver': '1.0',
        scope,
        identity,
        preferred_username: account,
        jti: context.identifiers.uuid(),
      })
        .setProtectedHeader({ alg: algorithm, kid: key.kid, typ: 'at+jwt' })
        .setIssuer(issuer)
        .setSubject(account)
        .setAudience([audiences.lake, context.addresses.storageDoor])
        .setIssuedAt(issuedAt)
        .setNotBefore(issuedAt)
        .setExpirationTime(issuedAt + seconds)
        .sign(await importJWK(jwk, algorithm));
      return { token, expiresAt: new Date((issuedAt + seconds) * 1000) };
    },
    verify: async (token) => {
      const { payload } = await jwtVerify(
        token,
        createLocalJWKSet({
          keys: keys.map((key) => ({ ...key.public_jwk, kty: key.public_jwk.kty ?? 'EC' })),
        }),
        {
          issuer,
          audience: audiences.lake,
          algorithms: [algorithm],
          currentDate: context.clock.now(),
          requiredClaims: ['sub', 'exp'],
        },
      );
      return {
        account: payload.sub as string,
        identity: String(payload.identity),
        expiresAt: new Date((payload.exp as number) * 1000),
      };
    },
    keySet: () => ({ keys: keys.map((key) => key.public_jwk) }),
  };
}
