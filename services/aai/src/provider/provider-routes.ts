import { IncomingMessage } from 'node:http';
import { type PagePlace, pageHeaders } from '@vre/http-server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';
import { messagePage } from '../interactions/message-pages.ts';
import type { AttemptLimiter } from '../login-limits/attempt-limiter.ts';
import { type DialectEndpoint, publicClientInBasic, translateParameters } from './request-dialect.ts';
import { requesterAddress } from './requester-address.ts';

const dialectEndpoints: Readonly<Record<string, DialectEndpoint>> = {
  '/authorize': 'authorization',
  '/token': 'token',
  '/devicecode': 'device_authorization',
};
const formType = 'application/x-www-form-urlencoded';
const bodyLimit = 56 * 1024;

/** Wrong device codes from one address a window. */
export const userCodeLimit = 30;

/** Puts the provider's endpoints below the issuer's path, and its metadata where RFC 8414 §3.1 looks for it. */
export function providerRoutes(
  app: FastifyInstance,
  context: {
    readonly provider: Provider;
    readonly issuer: string;
    readonly place: PagePlace;
    readonly limiter: AttemptLimiter;
  },
): void {
  const { provider, place } = context;
  const origin = new URL(context.issuer);
  provider.use(async (ctx, next) => {
    const { 'content-type': _, ...headers } = pageHeaders();
    ctx.set({
      ...headers,
      'content-security-policy': "default-src 'none'; script-src; frame-ancestors 'none'; base-uri 'none'",
    });
    // The device page shows the code of the complete URI instead of posting it by script.
    if (ctx.path === '/device' && ctx.method === 'GET' && typeof ctx.query.user_code === 'string') {
      ctx.state.userCode = ctx.query.user_code.slice(0, 20);
      ctx.query = {};
    }
    await next();
    if (ctx.status === 404 && ctx.body === undefined) {
      const sentence = `Nothing is served at ${ctx.method} ${place.mountPath}${ctx.path}.`;
      const forBrowser = ctx.accepts('json', 'html') === 'html';
      if (forBrowser) ctx.set(pageHeaders());
      ctx.body = forBrowser
        ? messagePage(place, 'Nothing here', sentence)
        : { error: 404, message: sentence };
      ctx.status = 404;
    }
    // A token answer states the scopes of the token it carries (RFC 6749 §5.1), which may be fewer than granted.
    const body = ctx.body as { access_token?: unknown; scope?: unknown } | undefined;
    if (ctx.path === '/token' && typeof body?.access_token === 'string') {
      ctx.body = { ...body, scope: scopeOf(body.access_token) };
    }
  });
  // After `use`: the callback is composed of what was there when it was made.
  const handle = provider.callback();

  /** The request as the provider should see it: below its own path, from the issuer's origin, parameters translated. */
  const translated = (request: FastifyRequest, path: string): IncomingMessage => {
    const { raw } = request;
    const [, query] = splitUrl(raw.url ?? '/');
    const endpoint = dialectEndpoints[path];
    const headers = { ...raw.headers };
    let body = typeof request.body === 'string' ? request.body : '';
    let search = query;
    if (endpoint !== undefined) {
      if (search !== '') search = `?${translateParameters(new URLSearchParams(search), endpoint)}`;
      if (isForm(request)) {
        const form = translateParameters(new URLSearchParams(body), endpoint);
        const publicClient = publicClientInBasic(headers.authorization);
        if (publicClient !== undefined) {
          delete headers.authorization;
          form.set('client_id', publicClient);
        }
        body = form.toString();
      }
    }
    headers.host = origin.host;
    headers['x-forwarded-host'] = origin.host;
    headers['x-forwarded-proto'] = origin.protocol.slice(0, -1);
    headers['x-forwarded-for'] = requesterAddress(request);
    delete headers['transfer-encoding'];
    if (raw.method === 'POST') headers['content-length'] = String(Buffer.byteLength(body));
    const message = new IncomingMessage(raw.socket);
    message.method = raw.method;
    message.url = `${path}${search}`;
    message.headers = headers;
    // The provider derives the path it is mounted at from the difference between the two.
    Object.assign(message, { originalUrl: `${place.mountPath}${path}${search}` });
    if (body !== '') message.push(Buffer.from(body));
    message.push(null);
    // Read to its end it would otherwise count as aborted and take the connection along.
    message.complete = true;
    return message;
  };

  const pass = async (request: FastifyRequest, reply: FastifyReply, path: string): Promise<void> => {
    if (path === '/device' && request.method === 'POST' && (await tooManyCodes(request))) {
      return reply
        .code(429)
        .headers(pageHeaders())
        .send(
          messagePage(
            place,
            'Too many codes',
            'Too many wrong codes came from your address. Wait a quarter of an hour and try again.',
          ),
        );
    }
    const message = translated(request, path);
    reply.hijack();
    reply.raw.setHeader('x-request-id', request.id);
    await handle(message, reply.raw);
  };
  const tooManyCodes = async (request: FastifyRequest): Promise<boolean> => {
    const key = { kind: 'user-code', value: requesterAddress(request), limit: userCodeLimit } as const;
    const wait = await context.limiter.attempt([key]);
    // Only wrong codes count; those are counted where the page for them is made.
    await context.limiter.succeeded([key], []);
    return wait > 0;
  };

  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit }, (_request, body, done) =>
      done(null, body),
    );
    scope.route({
      method: ['GET', 'POST', 'OPTIONS'],
      url: `${place.mountPath}/*`,
      handler: (request, reply) =>
        pass(request, reply, splitUrl(request.raw.url ?? '/')[0].slice(place.mountPath.length) || '/'),
    });
    if (place.mountPath !== '') {
      scope.get(`/.well-known/oauth-authorization-server${place.mountPath}`, (request, reply) =>
        pass(request, reply, '/.well-known/oauth-authorization-server'),
      );
    }
  });
}

const isForm = (request: FastifyRequest) =>
  (request.headers['content-type'] ?? '').toLowerCase().startsWith(formType);

function splitUrl(url: string): [path: string, search: string] {
  const question = url.indexOf('?');
  return question === -1 ? [url, ''] : [url.slice(0, question), url.slice(question)];
}

function scopeOf(jwt: string): string | undefined {
  const payload = jwt.split('.')[1];
  if (payload === undefined) return undefined;
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { scope?: string }).scope;
}
