import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Authenticator } from '../access/authenticator.ts';
import { PageError } from '../pages/page-error.ts';
import type { OAuthService } from './oauth-service.ts';

const authorizeQuery = z.looseObject({
  client_id: z.string().max(300),
  redirect_uri: z.string().max(1000),
  response_type: z.string().max(30),
  state: z.string().max(4000).optional(),
  code_challenge: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/)
    .optional(),
  code_challenge_method: z.string().max(30).optional(),
});
const tokenBody = z.looseObject({
  grant_type: z.string().max(100),
  client_id: z.string().max(300).optional(),
  client_secret: z.string().max(300).optional(),
  code: z.string().max(300),
  redirect_uri: z.string().max(1000),
  code_verifier: z.string().max(128).optional(),
});

const unusable = (sentence: string) => new PageError(400, sentence, { title: 'This link does not work' });

/** `/oauth2/authorize` for browsers that a server sends, `/oauth2/token` for the servers. */
export function oauthRoutes(app: FastifyInstance, authenticator: Authenticator, oauth: OAuthService): void {
  app.get('/oauth2/authorize', async (request, reply) => {
    const parsed = authorizeQuery.safeParse(request.query);
    if (!parsed.success || parsed.data.response_type !== 'code')
      throw unusable('The server asked in a way that the hub does not know: open it again from the portal.');
    const query = parsed.data;
    if (query.code_challenge !== undefined && query.code_challenge_method !== 'S256')
      throw unusable('The server asked for a proof other than S256.');
    const client = await oauth.client(query.client_id, query.redirect_uri);
    if (!client)
      throw unusable('There is no server at this address any more: start it again from the portal.');
    const caller = await authenticator.browser(request);
    if (!caller) return reply.redirect(`/hub/login?next=${encodeURIComponent(request.url)}`, 302);
    const code = await oauth.authorize(caller, client, {
      redirectUri: query.redirect_uri,
      challenge: query.code_challenge,
    });
    if (code === undefined)
      throw new PageError(403, `You are ${caller.account.name}, and this server belongs to somebody else.`, {
        title: 'Not your server',
        action: { text: 'Go to your notebooks', href: '/hub/home' },
      });
    const back = new URLSearchParams({ code, ...(query.state === undefined ? {} : { state: query.state }) });
    return reply
      .header('cache-control', 'no-store')
      .header('referrer-policy', 'no-referrer')
      .redirect(`${query.redirect_uri}?${back}`, 302);
  });

  app.post('/oauth2/token', async (request, reply) => {
    const parsed = tokenBody.safeParse(request.body);
    reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' });
    const refuse = (status: number, error: string, description: string) =>
      reply.code(status).send({ error, error_description: description });
    if (!parsed.success)
      return refuse(400, 'invalid_request', 'grant_type, code and redirect_uri are needed.');
    const body = parsed.data;
    if (body.grant_type !== 'authorization_code')
      return refuse(400, 'unsupported_grant_type', 'Only authorization_code is known here.');
    const basic = basicCredentials(request.headers.authorization);
    const answer = await oauth.token({
      clientId: body.client_id ?? basic?.id ?? '',
      clientSecret: body.client_secret ?? basic?.secret ?? '',
      code: body.code,
      redirectUri: body.redirect_uri,
      verifier: body.code_verifier,
    });
    if ('error' in answer)
      return refuse(answer.error === 'invalid_client' ? 401 : 400, answer.error, answer.description);
    return {
      access_token: answer.accessToken,
      token_type: 'Bearer',
      expires_in: answer.expiresIn,
      scope: answer.scopes.join(' '),
    };
  });
}

/** client_secret_basic (RFC 6749 §2.3.1). */
function basicCredentials(
  header: string | undefined,
): { readonly id: string; readonly secret: string } | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  try {
    return {
      id: decodeURIComponent(text.slice(0, colon)),
      secret: decodeURIComponent(text.slice(colon + 1)),
    };
  } catch {
    return undefined;
  }
}
