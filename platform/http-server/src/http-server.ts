import { randomUUID } from 'node:crypto';
import { chmod, mkdir, unlink } from 'node:fs/promises';
import * as http from 'node:http';
import * as https from 'node:https';
import { dirname } from 'node:path';
import type { Logger, Metrics } from '@vre/telemetry';
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  LogController,
} from 'fastify';
import { type BodyProgress, usualBodyProgress, watchBody } from './body-progress.ts';
import { statusOf } from './failure.ts';

/** Where a server listens. A unix socket is made 0600; TLS material is PEM text. */
export type ListenAddress =
  | {
      readonly host: string;
      readonly port: number;
      readonly tls?: { readonly certificate: string; readonly key: string } | undefined;
    }
  | { readonly socket: string };

export type HttpServerOptions = {
  readonly name: string;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** `host[:port]` values that TCP clients may send in Host; others get 421. Unix sockets are not restricted. */
  readonly hostNames: readonly string[];
  /**
   * Another name by which people find this server, whose cookies belong to somebody else: a GET is led to `address`,
   * everything else, upgrades too, gets 421.
   */
  readonly alias?: { readonly hostName: string; readonly address: string } | undefined;
  /** Largest body in bytes that is read into memory; streams are not limited by it. */
  readonly bodyLimit?: number;
  /** Bodies that come more slowly are answered 408 and cut. */
  readonly bodyProgress?: BodyProgress;
  /** Renders every error of this server in its protocol's own form. */
  readonly renderError: (error: unknown, request: FastifyRequest, reply: FastifyReply) => unknown;
  /** Rewrites the raw URL before routing, for instance to collapse `//`. */
  readonly rewriteUrl?: (url: string) => string;
  /**
   * Sees every request of a client that named this server rightly, before the routes do, and answers true when it took
   * the request over; the answer is measured like others. For what passes through by the thousand.
   */
  readonly onRequest?: (request: http.IncomingMessage, response: http.ServerResponse) => boolean;
  /** Handles WebSocket and other upgrades; without it they are refused. */
  readonly onUpgrade?: (
    request: http.IncomingMessage,
    socket: import('node:net').Socket,
    head: Buffer,
  ) => void;
};

/** One Fastify instance reachable at several addresses. */
export interface HttpServer {
  readonly app: FastifyInstance;
  /** Starts listening; a taken port is an error that names it. Returns the addresses really bound. */
  listen(addresses: readonly ListenAddress[]): Promise<void>;
  /** Stops accepting, gives requests `graceMilliseconds` to end, then cuts them. */
  close(graceMilliseconds?: number): Promise<void>;
}

/** Creates the server with request ids, request metrics and host name check; routes are added to `app`. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const app = Fastify({
    loggerInstance: options.log as never,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: options.bodyLimit ?? 8 * 1024 * 1024,
    routerOptions: { maxParamLength: 2048, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
    requestTimeout: 0,
    keepAliveTimeout: 65_000,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      void options.renderError(error, request, reply),
    rewriteUrl: (request: http.IncomingMessage) =>
      options.rewriteUrl?.(request.url ?? '/') ?? request.url ?? '/',
    // Listening is done below, on several addresses for one instance.
    serverFactory: (handler: http.RequestListener) => http.createServer(handler),
  } as FastifyServerOptions) as unknown as FastifyInstance;

  const seconds = options.metrics.histogram('http_request_seconds', 'Duration of requests', [
    'server',
    'method',
    'route',
    'status',
  ]);
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unmatched';
    seconds.observe(
      { server: options.name, method: request.method, route, status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    );
    const level = reply.statusCode >= 500 ? 'error' : 'debug';
    request.log[level](
      { method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'request',
    );
  });
  const hostNames = new Set(options.hostNames.map((name) => name.toLowerCase()));
  /** Clients of a Unix socket may say what they like. */
  const isMeant = (request: http.IncomingMessage) =>
    request.socket.remoteAddress === undefined || hostNames.has((request.headers.host ?? '').toLowerCase());
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (!isMeant(request.raw)) {
      const host = (request.headers.host ?? '').toLowerCase();
      const { alias } = options;
      if (host === alias?.hostName && request.method === 'GET' && request.originalUrl.startsWith('/'))
        return reply.redirect(alias.address + request.originalUrl, 307);
      return reply
        .code(421)
        .type('text/plain; charset=utf-8')
        .send(`This address answers for ${[...hostNames].join(', ')} only.\n`);
    }
  });
  const progress = options.bodyProgress ?? usualBodyProgress;
  const endSlowBody = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    options.log.warn({ method: request.method }, 'a body stopped coming');
    if (response.headersSent) return void request.destroy();
    response.writeHead(408, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    response.end(
      `The body stopped coming: less than ${progress.bytes} bytes arrived in ${progress.seconds} seconds. Send it again.\n`,
      () => request.destroy(),
    );
  };
  app.addHook('onRequest', async (request, reply) => {
    watchBody(request.raw, progress, () => {
      if (!reply.raw.headersSent) reply.hijack();
      endSlowBody(request.raw, reply.raw);
    });
  });
  // `Expect: 100-continue` is answered only when the onRequest hooks have let the request pass: a refused upload is
  // refused before its body is sent.
  app.addHook('preParsing', async (request, reply, payload) => {
    if (request.headers.expect?.toLowerCase() === '100-continue') reply.raw.writeContinue?.();
    return payload;
  });
  app.setErrorHandler((error, request, reply) => {
    if (statusOf(error) >= 500) request.log.error({ err: error }, 'request failed');
    return options.renderError(error, request, reply);
  });
  app.setNotFoundHandler((request, reply) => {
    const error = Object.assign(
      new Error(`Nothing is served at ${request.method} ${request.url.split('?')[0]}.`),
      {
        statusCode: 404,
      },
    );
    return options.renderError(error, request, reply);
  });

  const { onRequest } = options;
  const handler: http.RequestListener = (request, response) => {
    if (onRequest === undefined || !isMeant(request)) return app.routing(request, response);
    const started = performance.now();
    if (!onRequest(request, response)) return app.routing(request, response);
    watchBody(request, progress, () => endSlowBody(request, response));
    response.once('close', () => {
      const labels = {
        server: options.name,
        method: request.method ?? '',
        route: 'taken over',
        status: String(response.statusCode),
      };
      seconds.observe(labels, (performance.now() - started) / 1000);
    });
  };
  const servers: http.Server[] = [];
  return {
    app,
    listen: async (addresses) => {
      await app.ready();
      for (const address of addresses) {
        const server =
          'tls' in address && address.tls !== undefined
            ? https.createServer(
                { cert: address.tls.certificate, key: address.tls.key, minVersion: 'TLSv1.2' },
                handler,
              )
            : http.createServer(handler);
        server.keepAliveTimeout = 65_000;
        server.requestTimeout = 0;
        server.on('checkContinue', handler);
        server.on('upgrade', (request, socket, head) => {
          if ('host' in address && !hostNames.has((request.headers.host ?? '').toLowerCase())) {
            return socket.end('HTTP/1.1 421 Misdirected Request\r\nconnection: close\r\n\r\n');
          }
          if (options.onUpgrade) options.onUpgrade(request, socket as import('node:net').Socket, head);
          else socket.end('HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\n\r\n');
        });
        await bind(server, address);
        servers.push(server);
      }
    },
    close: async (graceMilliseconds = 5000) => {
      const closed = servers.map(
        (server) =>
          new Promise<void>((resolve) => {
            server.close(() => resolve());
            server.closeIdleConnections();
            setTimeout(() => server.closeAllConnections(), graceMilliseconds).unref();
          }),
      );
      await Promise.all(closed);
      await app.close();
    },
  };
}

async function bind(server: http.Server, address: ListenAddress): Promise<void> {
  if ('socket' in address) {
    await mkdir(dirname(address.socket), { recursive: true, mode: 0o700 });
    await unlink(address.socket).catch(() => undefined);
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE' && 'port' in address
          ? new Error(
              `port ${address.port} on ${address.host} is taken by another program: end it or choose another block with --port-base`,
            )
          : error,
      ),
    );
    if ('socket' in address) server.listen(address.socket, resolve);
    else server.listen(address.port, address.host, resolve);
  });
  if ('socket' in address) await chmod(address.socket, 0o600);
}
