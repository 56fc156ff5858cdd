import { createHash, randomBytes } from 'node:crypto';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** An OpenID provider for tests that signs everybody in as `user` at once, with codes, PKCE and rotating refresh tokens. */
export interface FakeIssuer {
  readonly issuer: string;
  /** Where it listens. */
  readonly address: string;
  /** Streams of account events that were opened. */
  readonly events: http.ServerResponse[];
  /** Claims of the next ID token, over the usual ones. */
  user: Readonly<Record<string, unknown>>;
  /** Bodies of refreshes that reached the token endpoint. */
  readonly refreshes: URLSearchParams[];
  readonly revoked: string[];
  /** The person lost access: refreshes are refused from now on. */
  refuseRefreshes: boolean;
  isAdministrator: boolean;
  /** How long a refresh takes, in milliseconds. */
  refreshMilliseconds: number;
  close(): Promise<void>;
}

const random = () => randomBytes(12).toString('base64url');
type Code = { readonly nonce: string; readonly challenge: string; readonly redirectUri: string };

/** `issuer` is given where the issuer is reached through a proxy that keeps the path. */
export async function startFakeIssuer(
  client: { readonly id: string; readonly secret: string },
  issuer?: string,
): Promise<FakeIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
  const codes = new Map<string, Code>();
  let refreshToken = '';
  const sign = (claims: JWTPayload) =>
    new SignJWT({ iss: fake.issuer, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setIssuedAt()
      .setExpirationTime('10 min')
      .sign(privateKey);
  const accessToken = (audience: string | null, scope: string | null) =>
    sign({ sub: 'sub-alice', aud: (audience ?? 'none').split(' '), scope, jti: random() });

  async function token(form: URLSearchParams): Promise<[number, unknown]> {
    if (form.get('grant_type') === 'authorization_code') {
      const code = codes.get(form.get('code') ?? '');
      codes.delete(form.get('code') ?? '');
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      if (!code || code.challenge !== challenge || code.redirectUri !== form.get('redirect_uri'))
        return [400, { error: 'invalid_grant' }];
      refreshToken = random();
      return [
        200,
        {
          access_token: await accessToken(null, 'openid'),
          refresh_token: refreshToken,
          id_token: await sign({ sub: 'sub-alice', aud: client.id, nonce: code.nonce, ...fake.user }),
        },
      ];
    }
    fake.refreshes.push(form);
    await new Promise((resolve) => setTimeout(resolve, fake.refreshMilliseconds));
    if (fake.refuseRefreshes || form.get('refresh_token') !== refreshToken)
      return [400, { error: 'invalid_grant' }];
    refreshToken = random();
    return [
      200,
      {
        access_token: await accessToken(form.get('audience'), form.get('scope')),
        expires_in: 600,
        refresh_token: refreshToken,
      },
    ];
  }

  const server = http.createServer((request, response) => {
    const json = (status: number, body: unknown) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const answer = async () => {
      const url = new URL((request.url ?? '/').replace(/^\/aai\//, '/'), fake.issuer);
      const query = url.searchParams;
      if (url.pathname === '/x-events') {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n');
        return void fake.events.push(response);
      }
      if (url.pathname === '/x/me') return json(200, { administrator: fake.isAdministrator });
      if (url.pathname === '/jwks') return json(200, { keys: [jwk] });
      if (url.pathname === '/.well-known/openid-configuration')
        return json(200, {
          issuer: fake.issuer,
          jwks_uri: `${fake.issuer}jwks`,
          authorization_endpoint: `${fake.issuer}auth`,
          token_endpoint: `${fake.issuer}token`,
          revocation_endpoint: `${fake.issuer}revoke`,
          end_session_endpoint: `${fake.issuer}logout`,
        });
      if (url.pathname === '/auth') {
        const code = random();
        codes.set(code, {
          nonce: query.get('nonce') ?? '',
          challenge: query.get('code_challenge') ?? '',
          redirectUri: query.get('redirect_uri') ?? '',
        });
        const back = new URL(query.get('redirect_uri') ?? '');
        back.searchParams.set('code', code);
        back.searchParams.set('state', query.get('state') ?? '');
        back.searchParams.set('iss', fake.issuer);
        return void response.writeHead(303, { location: back.href }).end();
      }
      let body = '';
      for await (const chunk of request) body += chunk;
      const form = new URLSearchParams(body);
      const basic = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`;
      if (request.headers.authorization !== basic) return json(401, { error: 'invalid_client' });
      if (url.pathname === '/revoke') {
        fake.revoked.push(form.get('token') ?? '');
        return json(200, {});
      }
      return json(...(await token(form)));
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fake: FakeIssuer = {
    address,
    issuer: issuer ?? `${address}/`,
    events: [],
    user: { preferred_username: 'alice', name: 'Alice', email: 'alice@example.org', groups: ['/escape'] },
    refreshes: [],
    revoked: [],
    refuseRefreshes: false,
    isAdministrator: false,
    refreshMilliseconds: 0,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
}
