import { parseRucioJson, RucioError } from '@vre/protocol-rucio';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticate } from '../authentication/authenticate.ts';
import type { Caller } from '../policy.ts';

const callers = new WeakMap<FastifyRequest, Caller>();

/** Who sent a request that passed {@link requireToken}. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (!caller) throw new RucioError('CannotAuthenticate', 'Cannot authenticate with given credentials');
  return caller;
}

/** Makes a plugin speak as Rucio's clients expect: JSON whatever the content type, types without charset. */
export function speakRucio(app: FastifyInstance, allowedOrigins: readonly string[]): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') return done(null, undefined);
    try {
      done(null, parseRucioJson(body as string));
    } catch {
      done(new RucioError('ValueError', 'cannot decode json parameter dictionary'));
    }
  });
  app.addHook('onSend', async (_request, reply, payload) => {
    const type = String(reply.getHeader('content-type') ?? '');
    if (/^application\/(json|x-json-stream|octet-stream|metalink4\+xml); charset=utf-8$/.test(type))
      reply.header('content-type', type.slice(0, type.indexOf(';')));
    return payload;
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-cache, no-store, max-age=0, must-revalidate');
    reply.header('x-content-type-options', 'nosniff');
    allowOrigin(request, reply, allowedOrigins);
  });
}

function allowOrigin(request: FastifyRequest, reply: FastifyReply, allowed: readonly string[]): void {
  const { origin } = request.headers;
  if (origin === undefined || !allowed.includes(origin)) return;
  reply
    .header('vary', 'Origin')
    .header('access-control-allow-origin', origin)
    .header('access-control-allow-credentials', 'true')
    .header('access-control-allow-methods', 'GET, POST, PUT, DELETE, OPTIONS')
    .header('access-control-allow-headers', request.headers['access-control-request-headers'] ?? '*')
    .header(
      'access-control-expose-headers',
      'X-Rucio-Auth-Token, X-Rucio-Auth-Token-Expires, X-Rucio-Auth-Account, X-Rucio-Auth-Accounts, X-Rucio-OIDC-Auth-URL, ExceptionClass, ExceptionMessage',
    );
}

/** Every route of the plugin asks for a token. */
export function requireToken(app: FastifyInstance, authenticate: Authenticate): void {
  app.addHook('onRequest', async (request) => {
    callers.set(request, await authenticate(request.headers));
  });
}
