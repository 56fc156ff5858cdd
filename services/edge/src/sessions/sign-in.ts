import { timingSafeEqual } from 'node:crypto';
import { createPkce, type IssuerClient } from '@vre/identity';
import type { ServiceContext } from '@vre/service';
import { z } from 'zod';
import type { EdgeConfig } from '../edge-config.ts';
import { EdgeError } from '../edge-error.ts';
import { createIdTokenVerifier, type IdTokenClaims } from './id-token.ts';
import { nextPath } from './next-path.ts';
import type { SessionClaims, SessionTokens } from './session.ts';

/** Sign-in by authorization code with PKCE (OpenID Connect Core §3.1, RFC 7636, RFC 9207). */
export interface SignIn {
  /** URL of the issuer to send the browser to, and the encrypted transaction for its cookie. */
  start(
    next: unknown,
  ): Promise<{ readonly url: string; readonly state: string; readonly transaction: string }>;
  /** Redeems the code that came back. Throws {@link EdgeError} `sign-in-failed` or `issuer-away`. */
  finish(
    query: CallbackQuery,
    transaction: string | undefined,
  ): Promise<{ readonly claims: SessionClaims; readonly tokens: SessionTokens; readonly next: string }>;
}

export const callbackQuerySchema = z.object({
  state: z.string().max(200).optional(),
  code: z.string().max(4096).optional(),
  iss: z.string().max(2000).optional(),
  error: z.string().max(200).optional(),
  error_description: z.string().max(1000).optional(),
});
export type CallbackQuery = z.infer<typeof callbackQuerySchema>;

const transactionSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  next: z.string(),
  until: z.number(),
});
const tokensSchema = z.object({
  access_token: z.string(),
  id_token: z.string(),
  refresh_token: z.string().optional(),
});

/** Seconds that a person has for the issuer's pages. */
export const transactionSeconds = 600;
const purpose = 'sign-in transaction';
const failed = (message: string, cause?: unknown) => new EdgeError('sign-in-failed', message, { cause });

export function createSignIn(
  context: Pick<ServiceContext, 'addresses' | 'clock' | 'http' | 'identifiers' | 'oidcClient' | 'secrets'>,
  config: Pick<EdgeConfig, 'sign-in-scopes' | 'administrator-groups'>,
  issuer: IssuerClient,
): SignIn {
  const { addresses, clock, identifiers, oidcClient, secrets } = context;
  const redirectUri = `${addresses.portal}/x/callback`;
  const idTokens = createIdTokenVerifier(issuer, oidcClient.id, context.http, () => clock.now());

  function openTransaction(sealed: string | undefined, state: string | undefined) {
    if (sealed === undefined || state === undefined)
      throw failed('This browser has not started a sign-in, or took longer than ten minutes: start again.');
    let transaction: z.infer<typeof transactionSchema>;
    try {
      transaction = transactionSchema.parse(JSON.parse(secrets.decrypt(sealed, purpose)));
    } catch (error) {
      throw failed('The sign-in was started by another installation: start again.', error);
    }
    const [expected, found] = [Buffer.from(transaction.state), Buffer.from(state)];
    if (expected.length !== found.length || !timingSafeEqual(expected, found))
      throw failed('The answer belongs to another sign-in: start again.');
    if (transaction.until < clock.now().getTime())
      throw failed('Signing in took longer than ten minutes: start again.');
    return transaction;
  }

  async function redeem(code: string, verifier: string) {
    try {
      return tokensSchema.parse(
        await issuer.token(
          { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier },
          oidcClient,
        ),
      );
    } catch (error) {
      const status = (error as { status?: number }).status;
      if (status !== undefined && status < 500)
        throw failed('The issuer did not accept the sign-in code: start again.', error);
      throw new EdgeError('issuer-away', 'The sign-in service does not answer: try again shortly.', {
        cause: error,
      });
    }
  }

  /** Issuers that keep the ID token small tell the rest at userinfo. */
  async function complete(claims: IdTokenClaims, accessToken: string): Promise<IdTokenClaims> {
    if (claims.preferred_username !== undefined && claims.email !== undefined) return claims;
    const metadata = await issuer.metadata();
    if (metadata.userinfo_endpoint === undefined) return claims;
    const more = await issuer.userInfo(accessToken).catch(() => undefined);
    return more?.sub === claims.sub ? { ...more, ...claims } : claims;
  }

  function sessionClaims(claims: IdTokenClaims): SessionClaims {
    const groups = claims['wlcg.groups'] ?? claims.groups ?? [];
    const bare = new Set(groups.map((group) => group.replace(/^\//, '')));
    return {
      issuer: issuer.issuer,
      subject: claims.sub,
      username: claims.preferred_username ?? claims.sub,
      name: claims.name,
      email: claims.email,
      groups,
      isAdministrator: config['administrator-groups'].some((group) => bare.has(group.replace(/^\//, ''))),
    };
  }

  return {
    start: async (next) => {
      const metadata = await issuer.metadata().catch((error: unknown) => {
        throw new EdgeError('issuer-away', 'The sign-in service does not answer: try again shortly.', {
          cause: error,
        });
      });
      if (metadata.authorization_endpoint === undefined)
        throw failed(`The issuer ${issuer.issuer} offers no sign-in by browser.`);
      const { verifier, challenge } = createPkce();
      const [state, nonce] = [identifiers.secret(24), identifiers.secret(24)];
      const url = new URL(metadata.authorization_endpoint);
      for (const [key, value] of Object.entries({
        response_type: 'code',
        client_id: oidcClient.id,
        redirect_uri: redirectUri,
        scope: config['sign-in-scopes'].join(' '),
        state,
        nonce,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      }))
        url.searchParams.set(key, value);
      const transaction = {
        state,
        nonce,
        verifier,
        next: nextPath(next, addresses.portal),
        until: clock.now().getTime() + transactionSeconds * 1000,
      };
      return { url: url.href, state, transaction: secrets.encrypt(JSON.stringify(transaction), purpose) };
    },
    finish: async (query, sealed) => {
      const transaction = openTransaction(sealed, query.state);
      if (query.iss !== undefined && query.iss !== issuer.issuer)
        throw failed('The answer comes from another issuer: start again.');
      if (query.error !== undefined)
        throw failed(
          query.error === 'access_denied'
            ? 'Signing in was cancelled.'
            : `The issuer refused the sign-in: ${query.error_description ?? query.error}.`,
        );
      if (query.code === undefined) throw failed('The issuer sent no sign-in code: start again.');
      const tokens = await redeem(query.code, transaction.verifier);
      if (tokens.refresh_token === undefined)
        throw failed(
          'The issuer gave no refresh token: its operator must allow offline_access to this portal.',
        );
      const verified = await idTokens.verify(tokens.id_token, transaction.nonce).catch((error: unknown) => {
        throw failed('The identity that the issuer sent is not valid: start again.', error);
      });
      return {
        claims: sessionClaims(await complete(verified, tokens.access_token)),
        tokens: { refreshToken: tokens.refresh_token, idToken: tokens.id_token },
        next: transaction.next,
      };
    },
  };
}
