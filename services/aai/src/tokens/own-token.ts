import type { Clock } from '@vre/service';
import { createLocalJWKSet, errors, type JWK, type JWTPayload, jwtVerify } from 'jose';

/** Verifies access tokens that this issuer signed, without asking itself over HTTP. */
export interface OwnTokens {
  /** Payload of a valid access token, `undefined` otherwise. An ID token is not an access token. */
  verify(token: string, audience?: string): Promise<JWTPayload | undefined>;
}

export function createOwnTokens(issuer: string, publicKeys: readonly JWK[], clock: Clock): OwnTokens {
  const keys = createLocalJWKSet({ keys: [...publicKeys] });
  return {
    verify: async (token, audience) => {
      try {
        const { payload } = await jwtVerify(token, keys, {
          issuer,
          typ: 'at+jwt',
          algorithms: ['ES256', 'RS256'],
          clockTolerance: 30,
          currentDate: clock.now(),
          requiredClaims: ['sub', 'exp', 'aud'],
          ...(audience === undefined ? {} : { audience }),
        });
        return payload;
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}
