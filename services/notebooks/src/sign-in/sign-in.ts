import { createPkce, createTokenVerifier, type IssuerClient, type TokenKeeper } from '@vre/identity';
import { audiences, lakeCapabilitySet, type ServiceContext } from '@vre/service';
import { z } from 'zod';
import type { Account } from '../accounts/account.ts';
import { groupsOf, type Provisioning } from '../accounts/provisioning.ts';
import { PageError } from '../pages/page-error.ts';
import { nextPath } from './next-path.ts';
import { consumeAttempt, insertAttempt } from './sign-in-store.ts';

/** Sign-in by authorization code with PKCE (OpenID Connect Core §3.1, RFC 7636, RFC 9207). */
export interface SignIn {
  /** Address of the issuer for the browser; `binding` goes into a cookie, so that only this browser can come back. */
  start(next: unknown): Promise<{ readonly url: string; readonly state: string; readonly binding: string }>;
  /** Redeems the code that came back and keeps the refresh token. @throws PageError with a way to begin again. */
  finish(
    query: CallbackQuery,
    binding: string | undefined,
  ): Promise<{ readonly account: Account; readonly next: string }>;
}

export const callbackQuerySchema = z.object({
  state: z.string().max(200).optional(),
  code: z.string().max(4096).optional(),
  iss: z.string().max(2000).optional(),
  error: z.string().max(200).optional(),
  error_description: z.string().max(1000).optional(),
});
export type CallbackQuery = z.infer<typeof callbackQuerySchema>;

/** Seconds that a person has for the issuer's pages. */
export const signInSeconds = 600;

const scope = `openid profile email offline_access wlcg.groups ${lakeCapabilitySet}`;
const tokensSchema = z.looseObject({
  access_token: z.string(),
  id_token: z.string(),
  refresh_token: z.string().optional(),
});
const idClaimsSchema = z.looseObject({
  sub: z.string().min(1),
  nonce: z.string(),
  azp: z.string().optional(),
  preferred_username: z.string().optional(),
  name: z.string().optional(),
  email: z.string().optional(),
});
type IdClaims = z.infer<typeof idClaimsSchema>;

const again = (next?: string) => ({
  text: 'Sign in again',
  href: next === undefined ? '/hub/login' : `/hub/login?next=${encodeURIComponent(next)}`,
});
const failed = (sentence: string, next?: string, cause?: unknown) =>
  new PageError(400, sentence, { title: 'Signing in did not work', action: again(next), cause });
const issuerAway = (next: string | undefined, cause: unknown) =>
  new PageError(503, 'The sign-in service does not answer: try again shortly.', {
    title: 'Signing in did not work',
    action: again(next),
    cause,
  });

export function createSignIn(
  context: Pick<
    ServiceContext,
    'addresses' | 'clock' | 'database' | 'http' | 'identifiers' | 'oidcClient' | 'secrets'
  >,
  issuer: IssuerClient,
  keeper: Pick<TokenKeeper, 'keep'>,
  provisioning: Provisioning,
): SignIn {
  const { addresses, clock, database, identifiers, oidcClient, secrets } = context;
  const redirectUri = `${addresses.notebooks}/hub/oauth_callback`;
  const audience = [audiences.notebooks, audiences.lake, addresses.storageDoor, audiences.workflows].join(
    ' ',
  );
  // An ID token is a JWT of the issuer whose audience is the client (OpenID Connect Core §3.1.3.7).
  const idTokens = createTokenVerifier(
    [{ issuer: issuer.issuer, audiences: [oidcClient.id] }],
    context.http,
    () => clock.now(),
  );
  const purpose = (state: string) => `sign-in ${state.slice(0, 8)}`;

  async function redeem(code: string, verifier: string, next: string) {
    try {
      return tokensSchema.parse(
        await issuer.token(
          {
            grant_type: 'authorization_code',
            code,
            redirect_uri: redirectUri,
            code_verifier: verifier,
            audience,
          },
          oidcClient,
        ),
      );
    } catch (error) {
      const status = (error as { status?: number }).status;
      if (status !== undefined && status < 500)
        throw failed(
          'The sign-in service did not accept the code: it counts once and for a short time.',
          next,
          error,
        );
      throw issuerAway(next, error);
    }
  }

  async function verify(idToken: string, nonce: string): Promise<IdClaims> {
    const principal = await idTokens.verify(idToken);
    const payload = Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString();
    const claims = idClaimsSchema.parse(JSON.parse(payload));
    if (!principal.audiences.includes(oidcClient.id)) throw new Error('the ID token is for another client');
    if (claims.nonce !== nonce) throw new Error('the nonce of the ID token is not ours');
    if (claims.azp === undefined ? principal.audiences.length > 1 : claims.azp !== oidcClient.id)
      throw new Error('the ID token was issued to another client');
    return claims;
  }

  /** Issuers that keep the ID token small tell the rest at userinfo. */
  async function complete(claims: IdClaims, accessToken: string): Promise<IdClaims> {
    if (claims.preferred_username !== undefined && claims.email !== undefined && groupsOf(claims))
      return claims;
    const more = await issuer.userInfo(accessToken).catch(() => undefined);
    return more?.sub === claims.sub ? { ...more, ...claims } : claims;
  }

  return {
    start: async (wanted) => {
      const next = nextPath(wanted, addresses.notebooks);
      const metadata = await issuer.metadata().catch((error: unknown) => {
        throw issuerAway(next, error);
      });
      if (metadata.authorization_endpoint === undefined)
        throw failed(`The issuer ${issuer.issuer} offers no sign-in by browser.`, next);
      const pkce = createPkce();
      const [state, nonce, binding] = [
        identifiers.secret(24),
        identifiers.secret(24),
        identifiers.secret(24),
      ];
      await insertAttempt(database.direct, {
        state,
        binding,
        nonce,
        verifier: secrets.encrypt(pkce.verifier, purpose(state)),
        nextPath: next,
        expiresAt: new Date(clock.now().getTime() + signInSeconds * 1000),
      });
      const url = new URL(metadata.authorization_endpoint);
      const parameters = {
        response_type: 'code',
        client_id: oidcClient.id,
        redirect_uri: redirectUri,
        scope,
        state,
        nonce,
        code_challenge: pkce.challenge,
        code_challenge_method: 'S256',
        audience,
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return { url: url.href, state, binding };
    },

    finish: async (query, binding) => {
      const { state } = query;
      const attempt =
        state === undefined || binding === undefined
          ? undefined
          : await consumeAttempt(database.direct, { state, binding, now: clock.now() });
      if (attempt === undefined || state === undefined)
        throw failed(
          'This sign-in is over: it was used already, took longer than ten minutes, or was begun in another browser.',
        );
      const next = attempt.nextPath;
      if (query.iss !== undefined && query.iss !== issuer.issuer)
        throw failed('The answer comes from another issuer.', next);
      if (query.error !== undefined)
        throw failed(
          query.error === 'access_denied'
            ? 'Signing in was cancelled.'
            : `The sign-in service refused: ${query.error_description ?? query.error}.`,
          next,
        );
      if (query.code === undefined) throw failed('The sign-in service sent no code.', next);
      const verifier = secrets.decrypt(attempt.verifier, purpose(state));
      const tokens = await redeem(query.code, verifier, next);
      if (tokens.refresh_token === undefined)
        throw failed(
          'The sign-in service gave no refresh token, without which notebooks cannot reach your data: its operator must allow offline_access to the client of notebooks.',
          next,
        );
      const verified = await verify(tokens.id_token, attempt.nonce).catch((error: unknown) => {
        throw failed('The identity that the sign-in service sent is not valid.', next, error);
      });
      const claims = await complete(verified, tokens.access_token);
      const account = await provisioning.ofClaims({
        issuer: issuer.issuer,
        subject: claims.sub,
        username: claims.preferred_username,
        fullName: claims.name,
        email: claims.email,
        groups: groupsOf(claims),
      });
      await keeper.keep(account, tokens.refresh_token);
      return { account, next };
    },
  };
}
