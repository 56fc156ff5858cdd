import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type AnswerHead, forwardRequest, forwardUpgrade, refuseUpgrade } from '@vre/http-proxy';
import type { ServiceContext } from '@vre/service';
import type { FastifyInstance } from 'fastify';
import { EdgeError, errorBody, inertHeaders } from '../edge-error.ts';
import type { RequireSession, Sessions } from '../sessions/index.ts';
import type { TokenBroker } from '../token-broker/index.ts';
import { requestHeaders, responseHeaders } from './header-hygiene.ts';
import { browserLocation } from './redirect.ts';
import { servicePath } from './request-path.ts';
import { matchRoute, type ProxyRoute } from './route-table.ts';
import { serviceFailure } from './service-failure.ts';
import type { Upstreams } from './upstream.ts';

export type ProxyOptions = {
  readonly context: Pick<ServiceContext, 'addresses' | 'metrics' | 'log'>;
  readonly routes: readonly ProxyRoute[];
  readonly upstreams: Upstreams;
  readonly sessions: Sessions;
  readonly requireSession: RequireSession;
  readonly tokens: TokenBroker;
};

/** The reverse proxy: routes of the table on a Fastify instance, and the handler of upgrades. */
export interface Proxy {
  routes(app: FastifyInstance): void;
  onUpgrade(request: IncomingMessage, socket: Socket, early: Buffer): void;
}

/** The bearer's session where the route has one. */
type Bearer = { readonly sessionId: string; readonly token: string } | undefined;

export function createProxy(options: ProxyOptions): Proxy {
  const { context, routes, upstreams, sessions, tokens } = options;
  const { addresses, log } = context;
  const publicOrigin = new URL(addresses.portal);
  const proxied = context.metrics.counter(
    'edge_proxied_requests_total',
    'Requests passed on, by service and status',
    ['service', 'status'],
  );

  async function authenticate(
    route: ProxyRoute,
    request: IncomingMessage,
    isUpgrade: boolean,
  ): Promise<Bearer> {
    if (route.access.kind !== 'session') return undefined;
    const session = await options.requireSession(request, isUpgrade);
    const { token } = await tokens.accessToken(session.id, route.access.wanted);
    return { sessionId: session.id, token };
  }
  function prepare(route: ProxyRoute, request: IncomingMessage, requestId: string, bearer: Bearer) {
    const upstream = upstreams.of(route.service);
    const clientAddress = request.socket.remoteAddress ?? '127.0.0.1';
    const forwarding = { clientAddress, publicOrigin, host: upstream.host, requestId };
    return {
      upstream,
      path: upstream.basePath + servicePath(route, request.url ?? '/'),
      headers: requestHeaders(request.rawHeaders, route.access, forwarding, bearer?.token),
    };
  }
  const originsOf = (route: ProxyRoute) => [
    publicOrigin.origin,
    ...(route.service === 'data-lake' ? [new URL(addresses.lake).origin] : []),
  ];
  function answerFor(route: ProxyRoute, head: AnswerHead, requestId: string, asked: URL) {
    const headers = responseHeaders(head.headers, route.access);
    if (route.access.kind === 'session' && typeof headers.location === 'string')
      headers.location = browserLocation(route, headers.location, asked, originsOf(route));
    headers['x-request-id'] = requestId;
    return headers;
  }

  async function handle(
    route: ProxyRoute,
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<void> {
    try {
      // The path is judged before anybody is asked for a token.
      servicePath(route, request.url ?? '/');
      const bearer = await authenticate(route, request, false);
      if (response.destroyed) return;
      const { upstream, path, headers } = prepare(route, request, requestId, bearer);
      const status = await forwardRequest(request, response, {
        dispatcher: upstream.dispatcher,
        origin: upstream.origin,
        path,
        headers,
        answer: (head) => answerFor(route, head, requestId, new URL(path, upstream.origin)),
      }).catch((error: unknown) => {
        throw serviceFailure(route.service, error);
      });
      proxied.inc({ service: route.service, status: String(status) });
      if (status === 401 && bearer && route.access.kind === 'session')
        await tokens.forget(bearer.sessionId, route.access.wanted.audience);
    } catch (error) {
      answerError(route, response, requestId, error);
    }
  }

  function answerError(route: ProxyRoute, response: ServerResponse, requestId: string, error: unknown): void {
    if (response.headersSent || response.destroyed) {
      proxied.inc({ service: route.service, status: 'cut' });
      log.debug({ err: error, service: route.service, requestId }, 'an answer was cut');
      response.destroy();
      return;
    }
    const status = error instanceof EdgeError ? error.statusCode : 500;
    proxied.inc({ service: route.service, status: String(status) });
    if (status >= 500)
      log.warn({ err: error, service: route.service, requestId }, 'cannot pass a request on');
    response.writeHead(status, {
      ...inertHeaders,
      'content-type': 'application/json; charset=utf-8',
      'x-request-id': requestId,
    });
    response.end(JSON.stringify(errorBody(error, requestId)));
  }

  return {
    routes: (app) => {
      for (const route of routes) {
        app.route({
          method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
          url: route.exact ? route.prefix : `${route.prefix}*`,
          // Taken over before Fastify would read a body: it streams through.
          onRequest: async (request, reply) => {
            reply.hijack();
            await handle(route, request.raw, reply.raw, request.id);
          },
          handler: async () => undefined,
        });
      }
    },
    onUpgrade: (request, socket, early) => {
      const requestId = randomUUID();
      socket.on('error', () => socket.destroy());
      const upgrade = async () => {
        const route = matchRoute(routes, request.url ?? '/');
        if (
          !route ||
          (request.headers.upgrade ?? '').toLowerCase() !== 'websocket' ||
          request.method !== 'GET'
        )
          throw new EdgeError('not-found', 'No WebSocket is served here.');
        servicePath(route, request.url ?? '/');
        const bearer = await authenticate(route, request, true);
        if (socket.destroyed) return;
        if (bearer)
          socket.once(
            'close',
            sessions.watch.hold(bearer.sessionId, () => socket.destroy()),
          );
        const { upstream, path, headers } = prepare(route, request, requestId, bearer);
        const status = await forwardUpgrade(socket, early, {
          target: upstream.connection,
          path,
          headers,
          answer: (head) => responseHeaders(head.headers, route.access),
        }).catch((error: unknown) => {
          throw serviceFailure(route.service, error);
        });
        proxied.inc({ service: route.service, status: String(status) });
      };
      upgrade().catch((error: unknown) => {
        const status = error instanceof EdgeError ? error.statusCode : 500;
        if (status >= 500) log.warn({ err: error, requestId }, 'cannot pass an upgrade on');
        if (!socket.destroyed) refuseUpgrade(socket, status, errorBody(error, requestId));
      });
    },
  };
}
