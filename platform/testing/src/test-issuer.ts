import { randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** An OpenID provider reduced to discovery, keys and userinfo, for tests of resource servers. */
export interface TestIssuer {
  readonly issuer: string;
  /** A signed access token; claims given replace the usual ones. */
  token(
    claims: Readonly<Record<string, unknown>> & { readonly sub: string; readonly aud: string | string[] },
  ): Promise<string>;
  /** What userinfo tells about a subject. */
  setUser(subject: string, claims: Readonly<Record<string, unknown>>): void;
  close(): Promise<void>;
}

/** Starts the issuer on a free loopback port. */
export async function startTestIssuer(): Promise<TestIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' };
  const users = new Map<string, Readonly<Record<string, unknown>>>();
  const app = Fastify();
  let issuer = '';
  app.get('/.well-known/openid-configuration', async () => ({
    issuer,
    jwks_uri: `${issuer}jwks`,
    userinfo_endpoint: `${issuer}userinfo`,
    authorization_endpoint: `${issuer}auth`,
    token_endpoint: `${issuer}token`,
  }));
  app.get('/jwks', async () => ({ keys: [jwk] }));
  app.get('/userinfo', async (request, reply) => {
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      sub: string;
    };
    const claims = users.get(payload.sub);
    return claims ? { sub: payload.sub, ...claims } : reply.code(401).send({ error: 'invalid_token' });
  });
  issuer = `${await app.listen({ host: '127.0.0.1', port: 0 })}/`;
  return {
    issuer,
    setUser: (subject, claims) => void users.set(subject, claims),
    token: (claims) =>
      new SignJWT({
        scope: 'openid',
        'wlcg.ver': '1.0',
        client_id: 'test-client',
        jti: randomUUID(),
        ...claims,
      })
        .setProtectedHeader({ alg: 'ES256', kid: 'test', typ: 'at+jwt' })
        .setIssuer(issuer)
        .setIssuedAt()
        .setExpirationTime((claims.exp as number | undefined) ?? '10 min')
        .sign(privateKey),
    close: () => app.close(),
  };
}
