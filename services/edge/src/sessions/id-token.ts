import type { HttpClient } from '@vre/http-client';
import type { IssuerClient } from '@vre/identity';
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';

const claimsSchema = z.looseObject({
  sub: z.string().min(1),
  nonce: z.string(),
  azp: z.string().optional(),
  preferred_username: z.string().optional(),
  name: z.string().optional(),
  email: z.string().optional(),
  groups: z.array(z.string()).optional(),
  'wlcg.groups': z.array(z.string()).optional(),
});

/** Claims of a verified ID token. */
export type IdTokenClaims = z.infer<typeof claimsSchema>;

/** Verifies ID tokens for one client (OpenID Connect Core §3.1.3.7). */
export interface IdTokenVerifier {
  /** Rejects unless signature, `iss`, `aud`, `azp`, `exp` and `nonce` are right. */
  verify(idToken: string, nonce: string): Promise<IdTokenClaims>;
}

type Keys = { readonly set: ReturnType<typeof createLocalJWKSet>; readonly until: number };
const keyMilliseconds = 3_600_000;

export function createIdTokenVerifier(
  issuer: IssuerClient,
  clientId: string,
  http: HttpClient,
  now: () => Date,
): IdTokenVerifier {
  let keys: Keys | undefined;
  const fetchKeys = async (): Promise<Keys> => {
    const { jwks_uri: url } = await issuer.metadata();
    const set = createLocalJWKSet((await http.json(url, { attempts: 3 })) as JSONWebKeySet);
    keys = { set, until: now().getTime() + keyMilliseconds };
    return keys;
  };
  const check = async (idToken: string, { set }: Keys): Promise<JWTPayload> => {
    const { payload } = await jwtVerify(idToken, set, {
      issuer: issuer.issuer,
      audience: clientId,
      algorithms: ['ES256', 'RS256'],
      clockTolerance: 30,
      currentDate: now(),
      requiredClaims: ['sub', 'exp', 'iat', 'nonce'],
    });
    return payload;
  };
  return {
    verify: async (idToken, nonce) => {
      const known = keys && keys.until > now().getTime() ? keys : undefined;
      const payload = await check(idToken, known ?? (await fetchKeys())).catch(
        async (error: Error & { code?: string }) => {
          // The issuer may have rotated its keys since we fetched them.
          if (known && error.code === 'ERR_JWKS_NO_MATCHING_KEY') return check(idToken, await fetchKeys());
          throw error;
        },
      );
      const claims = claimsSchema.parse(payload);
      if (claims.nonce !== nonce) throw new Error('the nonce of the ID token is not ours');
      const severalAudiences = Array.isArray(payload.aud) && payload.aud.length > 1;
      if (claims.azp === undefined ? severalAudiences : claims.azp !== clientId)
        throw new Error('the ID token was issued to another client');
      return claims;
    },
  };
}
