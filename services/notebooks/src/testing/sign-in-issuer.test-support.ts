import { createHash, randomUUID } from 'node:crypto';
import { type HttpClient, HttpError } from '@vre/http-client';
import type { Clock, OidcClient } from '@vre/service';
import type { TestIssuer } from '@vre/testing';

type Grant = {
  readonly subject: string;
  readonly nonce: string;
  readonly challenge: string;
  readonly redirectUri: string;
};

/** The authorization server's half of a sign-in: codes with PKCE, rotating refresh tokens, people who are disabled. */
export interface SignInIssuer {
  /** The person signs in at the issuer's page: where the browser is sent back to. */
  approve(authorizationUrl: string, subject: string): URL;
  /** Refreshes of these people are refused. */
  readonly disabled: Set<string>;
  /** Claims over the usual ones of ID tokens. */
  idClaims: Readonly<Record<string, unknown>>;
  withoutRefreshToken: boolean;
  away: boolean;
  /** Forms that reached the token endpoint. */
  readonly asked: Record<string, string>[];
  wrap(usual: HttpClient): HttpClient;
}

export function signInIssuer(issuer: TestIssuer, client: OidcClient, clock: Clock): SignInIssuer {
  const codes = new Map<string, Grant>();
  const refreshTokens = new Map<string, string>();
  const exp = () => Math.floor(clock.now().getTime() / 1000) + 600;
  const url = `${issuer.issuer}token`;
  const refuse = () => new HttpError(400, url, '{"error":"invalid_grant"}');
  const refreshToken = (subject: string): string => {
    const value = randomUUID();
    refreshTokens.set(value, subject);
    return value;
  };

  async function token(form: Record<string, string>): Promise<unknown> {
    if (self.away) throw new HttpError(503, url, 'away');
    if (form.grant_type === 'authorization_code') {
      const grant = codes.get(form.code ?? '');
      codes.delete(form.code ?? '');
      const challenge = createHash('sha256')
        .update(form.code_verifier ?? '')
        .digest('base64url');
      if (!grant || grant.challenge !== challenge || grant.redirectUri !== form.redirect_uri) throw refuse();
      const { subject, nonce } = grant;
      return {
        access_token: await issuer.token({ sub: subject, aud: (form.audience ?? '').split(' '), exp: exp() }),
        id_token: await issuer.token({ sub: subject, aud: client.id, nonce, exp: exp(), ...self.idClaims }),
        ...(self.withoutRefreshToken ? {} : { refresh_token: refreshToken(subject) }),
      };
    }
    const subject = refreshTokens.get(form.refresh_token ?? '');
    if (subject === undefined || self.disabled.has(subject)) throw refuse();
    refreshTokens.delete(form.refresh_token ?? '');
    return {
      access_token: await issuer.token({ sub: subject, aud: (form.audience ?? '').split(' '), exp: exp() }),
      refresh_token: refreshToken(subject),
      expires_in: 600,
    };
  }

  const self: SignInIssuer = {
    disabled: new Set(),
    idClaims: {},
    withoutRefreshToken: false,
    away: false,
    asked: [],
    approve: (authorizationUrl, subject) => {
      const query = new URL(authorizationUrl).searchParams;
      const code = randomUUID();
      codes.set(code, {
        subject,
        nonce: query.get('nonce') ?? '',
        challenge: query.get('code_challenge') ?? '',
        redirectUri: query.get('redirect_uri') ?? '',
      });
      const back = new URL(query.get('redirect_uri') ?? '');
      back.searchParams.set('code', code);
      back.searchParams.set('state', query.get('state') ?? '');
      back.searchParams.set('iss', issuer.issuer);
      return back;
    },
    wrap: (usual) => ({
      ...usual,
      json: async (address, call) => {
        if (address !== url) return usual.json(address, call);
        const form = { ...(call?.form as Record<string, string>) };
        self.asked.push(form);
        return token(form);
      },
    }),
  };
  return self;
}
