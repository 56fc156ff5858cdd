import { createPkce, NotConnected, type TokenKeeper, type TokenVerifier } from '@vre/identity';
import { RucioError } from '@vre/protocol-rucio';
import { audiences, lakeCapabilitySet } from '@vre/service';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { Lake } from '../lake.ts';
import type { Authenticate } from './authenticate.ts';
import * as store from './oidc-login-store.ts';

/** Logins of clients that wait while a person signs in with a browser. */
export interface OidcFlow {
  /** A link for the person; the client asks the same link for the token. */
  begin(asked: {
    readonly polling: boolean;
    readonly account: string | undefined;
    readonly client: string;
    readonly address: string;
  }): Promise<string>;
  /** What the person has to agree to; `undefined` when the link is used or too old. */
  asked(code: string): Promise<store.Login | undefined>;
  /** The person agreed: where the browser goes. */
  confirm(code: string): Promise<string>;
  /** The browser came back. The text to show: nothing for a polling client, else the code to type. */
  finish(state: string, code: string): Promise<{ readonly fetchCode: string | undefined }>;
  /** The token, once; `undefined` while the person is not done. */
  fetch(code: string): Promise<string | undefined>;
  /** A token with a longer life for the holder of a valid one, or the same. */
  refresh(token: string): Promise<{ readonly token: string; readonly expiresAt: Date } | undefined>;
}

const loginSeconds = 300;
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
      await store.insertLogin(
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
      );
      return `${lake.addresses.lake}/auth/oidc_redirect?${code}${asked.polling ? pollingSuffix : ''}`;
    },
    asked: async (code) => {
      const login = await store.loginOf(q, plain(code), lake.clock.now());
      return login?.state === 'waiting' ? login : undefined;
    },
    confirm: async (code) => {
      const pkce = createPkce();
      const state = lake.identifiers.secret(24);
      const nonce = lake.identifiers.secret(24);
      const { authorization_endpoint: endpoint } = await issuer().metadata();
      if (endpoint === undefined)
        throw new Error(`the issuer ${lake.addresses.issuer} has no authorization endpoint`);
      if (
        !(await store.confirmLogin(
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
    finish: async (state, code) => {
      const login = await store.takeConfirmed(q, state, lake.clock.now());
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
      await authenticate({
        'x-rucio-auth-token': answer.access_token,
        'x-rucio-account': login.account ?? undefined,
      });
      if (answer.refresh_token !== undefined) await keeper.keep(principal, answer.refresh_token);
      const fetchCode = login.polling ? undefined : lake.identifiers.secret(24);
      await store.finishLogin(q, state, lake.secrets.encrypt(answer.access_token, purpose), fetchCode);
      return { fetchCode };
    },
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
