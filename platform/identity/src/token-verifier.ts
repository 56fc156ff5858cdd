import type { HttpClient } from '@vre/http-client';
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { createIssuerClient, type IssuerClient } from './issuer-client.ts';
import { type Principal, scopesOf } from './principal.ts';

/** An issuer whose tokens count, and the audiences at least one of which a token must carry. */
export type TrustedIssuer = { readonly issuer: string; readonly audiences: readonly string[] };

/** The token is not acceptable; `message` is safe to show: it names the reason, never the token. */
export class InvalidToken extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InvalidToken';
  }
}

/** Verifies JWT access tokens of the trusted issuers (RFC 9068 §4, WLCG profile). */
export interface TokenVerifier {
  /** Principal of a token; rejects with {@link InvalidToken}. A verified token is cached until it expires, at most a minute. */
  verify(token: string): Promise<Principal>;
  issuer(issuer: string): IssuerClient | undefined;
}

const anyAudience = 'https://wlcg.cern.ch/jwt/v1/any';
const algorithms = ['RS256', 'ES256'];
const clockTolerance = 30;
const cacheMilliseconds = 60_000;
const keyRefresh = 6 * 3_600_000;
const keyExpiry = 48 * 3_600_000;
const refreshAtMost = 10_000;

type KeySet = { readonly keys: ReturnType<typeof createLocalJWKSet>; readonly fetchedAt: number };

/** Keys are fetched by discovery, kept 6 h, used up to 2 d while the issuer is away, and fetched again for an unknown key id. */
export function createTokenVerifier(
  trusted: readonly TrustedIssuer[],
  http: HttpClient,
  now: () => Date,
): TokenVerifier {
  const issuers = new Map(
    trusted.map((entry) => [entry.issuer, { ...entry, client: createIssuerClient(entry.issuer, http, now) }]),
  );
  const keySets = new Map<string, KeySet>();
  const pending = new Map<string, Promise<KeySet>>();
  const verified = new LRUCache<string, { principal: Principal; until: number }>({ max: 5000 });

  async function fetchKeys(issuer: string): Promise<KeySet> {
    const { client } = issuers.get(issuer) as { client: IssuerClient };
    const { jwks_uri: url } = await client.metadata();
    const keys = createLocalJWKSet((await http.json(url, { attempts: 3 })) as JSONWebKeySet);
    const set = { keys, fetchedAt: now().getTime() };
    keySets.set(issuer, set);
    return set;
  }
  function refresh(issuer: string): Promise<KeySet> {
    const running = pending.get(issuer);
    if (running) return running;
    const started = fetchKeys(issuer).finally(() => pending.delete(issuer));
    pending.set(issuer, started);
    return started;
  }
  async function keysOf(issuer: string): Promise<KeySet> {
    const known = keySets.get(issuer);
    const age = known ? now().getTime() - known.fetchedAt : Number.POSITIVE_INFINITY;
    if (known && age < keyRefresh) return known;
    try {
      return await refresh(issuer);
    } catch (error) {
      if (known && age < keyExpiry) return known;
      throw new InvalidToken(`the keys of ${issuer} cannot be fetched now, try again shortly`, {
        cause: error,
      });
    }
  }
  async function check(token: string, issuer: string, set: KeySet): Promise<JWTPayload> {
    const { payload } = await jwtVerify(token, set.keys, {
      issuer,
      algorithms,
      clockTolerance,
      currentDate: now(),
      requiredClaims: ['sub', 'exp', 'aud'],
    });
    return payload;
  }

  async function verify(token: string): Promise<Principal> {
    const known = verified.get(token);
    if (known && known.until > now().getTime()) return known.principal;
    let claimed: JWTPayload;
    try {
      claimed = decodeJwt(token);
    } catch (error) {
      throw new InvalidToken('this is not a JWT access token', { cause: error });
    }
    const entry = issuers.get(claimed.iss ?? '');
    if (!entry)
      throw new InvalidToken(
        `tokens of the issuer ${String(claimed.iss).slice(0, 200)} are not accepted here`,
      );
    const set = await keysOf(entry.issuer);
    const payload = await check(token, entry.issuer, set).catch(async (error: Error & { code?: string }) => {
      // A key id we do not know yet: the issuer may have rotated. Once, and not more often than every 10 s.
      if (error.code === 'ERR_JWKS_NO_MATCHING_KEY' && now().getTime() - set.fetchedAt > refreshAtMost) {
        return check(token, entry.issuer, await refresh(entry.issuer)).catch(refuse);
      }
      return refuse(error);
    });
    const principal = principalOf(payload);
    if (
      !principal.audiences.some((audience) => entry.audiences.includes(audience) || audience === anyAudience)
    ) {
      throw new InvalidToken(
        `this token is for ${principal.audiences.join(', ')}, not for ${entry.audiences.join(' or ')}`,
      );
    }
    verified.set(token, {
      principal,
      until: Math.min(principal.expiresAt.getTime(), now().getTime() + cacheMilliseconds),
    });
    return principal;
  }
  return { verify, issuer: (issuer) => issuers.get(issuer)?.client };
}

function refuse(error: Error & { code?: string }): never {
  const reason =
    error.code === 'ERR_JWT_EXPIRED'
      ? 'this token has expired, get a new one'
      : error.code === 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' || error.code === 'ERR_JWKS_NO_MATCHING_KEY'
        ? 'the signature of this token is not valid'
        : 'this token is not valid';
  throw new InvalidToken(reason, { cause: error });
}

function principalOf(payload: JWTPayload): Principal {
  const claims = payload as JWTPayload & Record<string, unknown>;
  const groups = claims['wlcg.groups'] ?? claims.groups;
  const clientId = typeof claims.client_id === 'string' ? claims.client_id : undefined;
  return {
    issuer: payload.iss as string,
    subject: payload.sub as string,
    username: typeof claims.preferred_username === 'string' ? claims.preferred_username : undefined,
    clientId,
    scopes: scopesOf(claims.scope),
    groups: Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : [],
    audiences: [payload.aud ?? []].flat(),
    expiresAt: new Date((payload.exp as number) * 1000),
    isService: clientId !== undefined && clientId === payload.sub,
  };
}
