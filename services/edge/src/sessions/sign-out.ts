import type { IssuerClient } from '@vre/identity';
import type { ServiceContext } from '@vre/service';
import type { SessionTokens } from './session.ts';

/** What the issuer is told when a session is over. */
export interface SignOut {
  /** Revokes a refresh token (RFC 7009). Never fails: an unreachable issuer must not keep anybody signed in. */
  revoke(refreshToken: string): Promise<void>;
  /** Where the browser goes to end its session at the issuer (OpenID Connect RP-Initiated Logout §2). */
  location(tokens: SessionTokens): Promise<string>;
}

const revocationMilliseconds = 5000;

export function createSignOut(
  context: Pick<ServiceContext, 'addresses' | 'http' | 'oidcClient' | 'log'>,
  issuer: IssuerClient,
): SignOut {
  const { addresses, http, oidcClient, log } = context;
  const basic = Buffer.from(
    `${encodeURIComponent(oidcClient.id)}:${encodeURIComponent(oidcClient.secret)}`,
  ).toString('base64');
  return {
    revoke: async (refreshToken) => {
      try {
        const { revocation_endpoint: url } = await issuer.metadata();
        if (url === undefined) return;
        const answer = await http.request(url, {
          method: 'POST',
          form: { token: refreshToken, token_type_hint: 'refresh_token' },
          headers: { authorization: `Basic ${basic}` },
          signal: AbortSignal.timeout(revocationMilliseconds),
        });
        await answer.body.dump();
        if (answer.status >= 400)
          log.warn({ status: answer.status }, 'the issuer did not revoke a refresh token');
      } catch (error) {
        log.warn({ err: error }, 'the issuer could not be told to revoke a refresh token');
      }
    },
    location: async (tokens) => {
      const metadata = await issuer.metadata().catch(() => undefined);
      if (metadata?.end_session_endpoint === undefined) return '/';
      const url = new URL(metadata.end_session_endpoint);
      url.searchParams.set('id_token_hint', tokens.idToken);
      url.searchParams.set('client_id', oidcClient.id);
      url.searchParams.set('post_logout_redirect_uri', `${addresses.portal}/`);
      return url.href;
    },
  };
}
