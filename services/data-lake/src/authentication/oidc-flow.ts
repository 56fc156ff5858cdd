import { createPkce, NotConnected, type TokenKeeper, type TokenVerifier } from '@vre/identity';
import { RucioError } from '@vre/protocol-rucio';
import { audiences, lakeCapabilitySet } from '@vre/service';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { Lake } from '../lake.ts';
import type { Authenticate } from './authenticate.ts';
import * as store from './oidc-login-store.ts';

/** What a person is asked before a waiting client gets the token. */
export type Confirmation = {
  readonly formSecret: string;
  readonly account: string;
  readonly client: string;
  readonly address: string;
  readonly askedAt: Date;
};

/** Logins of clients that wait while a person signs in with a browser. */
export interface OidcFlow {
  /** A link for the person; the client asks the same link for the token. */
  begin(asked: {
    readonly polling: boolean;
    readonly account: string | undefined;
    readonly client: string;
    readonly address: string;
  }): Promise<string>;
  /** The link was opened: where the browser goes to sign in. */
  redirect(code: string): Promise<string>;
  /** The browser came back signed in. What the person has to confirm, and the secret that confirms it. */
  signedIn(state: string, code: string): Promise<Confirmation>;
  /** The person confirmed. The code to type where the client does not poll. */
  release(formSecret: string): Promise<{ readonly fetchCode: string | undefined }>;
  /** The person did not start this. */
  refuse(formSecret: string): Promise<void>;
  /** The token, once; `undefined` while the person is not done. */
  fetch(code: string): Promise<string | undefined>;
  /** A token with a longer life for the holder of a valid one, or the same. */
  refresh(token: string): Promise<{ readonly token: string; readonly expiresAt: Date } | undefined>;
}

const loginSeconds = 300;
/** Sign-ins of one address that may wait at a time: many people may share an address, nobody needs a thousand. */
const mostWaiting = 100;
const refreshBefore = 600_000;
const purpose = 'token of a waiting login';
const pollingSuffix = '_polling';
const tokensSchema = z.object({
  access_token: z.string(),
  id_token: z.string(),
  refresh_token: z.string().optional(),
});

export function createOidcFlow(
  lake: Lake,
  verifier: TokenVerifier,
  keeper: TokenKeeper,
  authenticate: Authenticate,
): OidcFlow {
  const q = lake.database.direct;
  const redirectUri = `${lake.addresses.lake}/auth/oidc_code`;
  const audience = `${audiences.lake} ${lake.addresses.storageDoor}`;
  const scope = `openid profile offline_access wlcg.groups ${lakeCapabilitySet}`;
  const issuer = () => {
    const client = verifier.issuer(lake.addresses.issuer);
    if (!client) throw new Error('the own issuer is not among the trusted ones');
    return client;
  };
  const plain = (code: string) =>
    code.endsWith(pollingSuffix) ? code.slice(0, -pollingSuffix.length) : code;

  return {
    begin: async (asked) => {
      const code = lake.identifiers.secret(24);
      const now = lake.clock.now();
      const inserted = await store.insertLogin(
        q,
        code,
        {
          polling: asked.polling,
          account: asked.account ?? null,
          client_name: asked.client,
          client_address: asked.address,
          scope,
          audience,
        },
        now,
        new Date(now.getTime() + loginSeconds * 1000),
        mostWaiting,
      );
      if (!inserted)
        throw new RucioError(
          'CannotAuthenticate',
          `${mostWaiting} sign-ins of this address wait to be finished: finish one, or try again in five minutes`,
          { statusCode: 429 },
        );
      return `${lake.addresses.lake}/auth/oidc_redirect?${code}${asked.polling ? pollingSuffix : ''}`;
    },
    redirect: async (code) => {
      const pkce = createPkce();
      const state = lake.identifiers.secret(24);
      const nonce = lake.identifiers.secret(24);
      const { authorization_endpoint: endpoint } = await issuer().metadata();
      if (endpoint === undefined)
        throw new Error(`the issuer ${lake.addresses.issuer} has no authorization endpoint`);
      if (
        !(await store.redirectLogin(
          q,
          plain(code),
          { state, verifier: pkce.verifier, nonce },
          lake.clock.now(),
        ))
      )
        throw new RucioError(
          'CannotAuthenticate',
          'This link was used already or is older than five minutes.',
        );
      const url = new URL(endpoint);
      for (const [key, value] of Object.entries({
        response_type: 'code',
        client_id: lake.oidcClient.id,
        redirect_uri: redirectUri,
        scope,
        audience,
        resource: `urn:vre:aud:${encodeURIComponent(audience)}`,
        state,
        nonce,
        code_challenge: pkce.challenge,
        code_challenge_method: 'S256',
        prompt: 'consent',
      }))
        url.searchParams.set(key, value);
      return url.href;
    },
    signedIn: async (state, code) => {
      const login = await store.takeRedirected(q, state, lake.clock.now());
      if (!login?.verifier)
        throw new RucioError(
          'CannotAuthenticate',
          'This sign-in was finished already or is older than five minutes.',
        );
      const answer = tokensSchema.parse(
        await issuer().token(
          {
            grant_type: 'authorization_code',
            code,
            redirect_uri: redirectUri,
            code_verifier: login.verifier,
            audience,
            resource: `urn:vre:aud:${encodeURIComponent(audience)}`,
          },
          lake.oidcClient,
        ),
      );
      const principal = await verifier.verify(answer.access_token);
      // Received from the issuer itself, so that its claims count without the signature (OpenID Connect Core §3.1.3.7).
      const identity = decodeJwt(answer.id_token);
      if (identity.nonce !== login.nonce || identity.sub !== principal.subject)
        throw new RucioError('CannotAuthenticate', 'The issuer answered for another sign-in.');
      // Provisions a newcomer, and refuses an account that the person may not act as.
      const { account } = await authenticate({
        'x-rucio-auth-token': answer.access_token,
        'x-rucio-account': login.account ?? undefined,
      });
      // Whoever made the link may not be who signed in: nothing is handed out before this person has confirmed, with a
      // secret that only this browser gets.
      const formSecret = lake.identifiers.secret(24);
      const sealed = (token: string) => lake.secrets.encrypt(token, purpose);
      await store.awaitConfirmation(
        q,
        state,
        {
          token: sealed(answer.access_token),
          refreshToken: answer.refresh_token === undefined ? null : sealed(answer.refresh_token),
        },
        formSecret,
      );
      return {
        formSecret,
        account,
        client: login.client_name,
        address: login.client_address,
        askedAt: login.created_at,
      };
    },
    release: async (formSecret) => {
      const fetchCode = lake.identifiers.secret(24);
      const login = await store.releaseLogin(q, formSecret, fetchCode, lake.clock.now());
      if (!login?.token)
        throw new RucioError(
          'CannotAuthenticate',
          'This sign-in was confirmed already or is older than five minutes.',
        );
      if (login.refresh_token !== null) {
        const principal = await verifier.verify(lake.secrets.decrypt(login.token, purpose));
        await keeper.keep(principal, lake.secrets.decrypt(login.refresh_token, purpose));
      }
      return { fetchCode: login.polling ? undefined : fetchCode };
    },
    refuse: (formSecret) => store.refuseLogin(q, formSecret),
    fetch: async (code) => {
      const now = lake.clock.now();
      const login = await store.takeToken(q, plain(code), now);
      if (login?.token) return lake.secrets.decrypt(login.token, purpose);
      const waiting = await store.loginOf(q, plain(code), now);
      if (waiting && waiting.state !== 'failed') return undefined;
      throw new RucioError(
        'CannotAuthenticate',
        'This sign-in failed, was used already or is older than five minutes.',
      );
    },
    refresh: async (token) => {
      const principal = await verifier.verify(token).catch(() => undefined);
      if (!principal) return undefined;
      if (principal.expiresAt.getTime() - lake.clock.now().getTime() > refreshBefore)
        return { token, expiresAt: principal.expiresAt };
      try {
        return await keeper.accessToken(principal, { audience, scope });
      } catch (error) {
        if (error instanceof NotConnected) return undefined;
        throw error;
      }
    },
  };
}
