import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { forwardRequest, forwardUpgrade, refuseUpgrade } from '@vre/http-proxy';
import { hubApiVersion } from '@vre/protocol-jupyterhub';
import type { ServiceContext } from '@vre/service';
import type { ServerAccess } from '../access/server-access.ts';
import { createLiveConnections } from './live-connections.ts';
import type { PortProofs } from './proven-connection.ts';
import { isNavigation, notRunning, notSignedIn, notYours, type Refusal } from './refusal.ts';
import { createRouteCache } from './route-cache.ts';
import type { ServerRoute } from './route-store.ts';
import { browserHeaders, serverHeaders, withoutToken } from './server-headers.ts';
import { serverPath } from './server-path.ts';

/** Takes requests below `/user/` over, and upgrades. */
export interface ServerProxy {
  onRequest(request: IncomingMessage, response: ServerResponse): boolean;
  onUpgrade(request: IncomingMessage, socket: Socket, early: Buffer): void;
  close(): Promise<void>;
}

type Passage = {
  readonly route: ServerRoute;
  readonly port: number;
  readonly sessionId: string | undefined;
  readonly headers: string[];
  readonly path: string;
};

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** `loginPath` answers where a browser signs in to come back to `next`; `proofs` tell whose a port is. */
export function createServerProxy(
  context: Pick<ServiceContext, 'database' | 'outbox' | 'addresses' | 'metrics' | 'log'>,
  gate: ServerAccess,
  loginPath: (next: string) => string,
  proofs: PortProofs,
): ServerProxy {
  const { database, outbox, addresses, log } = context;
  const publicOrigin = new URL(addresses.notebooks);
  const live = createLiveConnections(database, proofs);
  const routes = createRouteCache(database, outbox, () => {
    live.sweep().catch((error: unknown) => log.warn({ err: error }, 'cannot look for servers that ended'));
  });
  const passed = context.metrics.counter(
    'hub_proxied_requests_total',
    'Requests and upgrades below /user, by how they ended',
    ['kind', 'status'],
  );

  /** Where a request may go, with everything that it takes along; or why it may not. */
  async function admit(request: IncomingMessage): Promise<Passage | Refusal> {
    const url = request.url ?? '/';
    const wanted = serverPath(url);
    if (wanted === undefined) return { status: 400, message: 'This path names no server.' };
    const route = await routes.find(wanted.accountName, wanted.segment);
    const verdict = await gate.decide(request, {
      // Without a server the decision is about the person's default one, so that nobody learns who exists.
      id: route?.serverId ?? '',
      startNumber: route?.startNumber ?? 0,
      accountId: route?.accountId ?? '',
      accountName: wanted.accountName,
      name: route?.name ?? '',
    });
    if (!verdict.allowed) return verdict.why === 'nobody' ? notSignedIn(request, loginPath) : notYours;
    if (route?.state !== 'ready' || route.port === null) return notRunning(route, addresses.portal);
    return {
      route,
      port: route.port,
      sessionId: verdict.sessionId,
      path: withoutToken(url),
      headers: serverHeaders(request.rawHeaders, {
        clientAddress: request.socket.remoteAddress ?? '127.0.0.1',
        publicOrigin,
        hubCookies: gate.hubCookies,
        token: verdict.token,
      }),
    };
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let passage: Passage | Refusal;
    try {
      passage = await admit(request);
    } catch (error) {
      log.error({ err: error }, 'cannot decide about a request to a server');
      passage = { status: 500, message: 'The hub could not look this up: try again.' };
    }
    if (response.destroyed) return;
    if (!('route' in passage)) return refuse(request, response, passage);
    const { route } = passage;
    // Who waits before sending a body may send it now.
    if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
    try {
      const status = await forwardRequest(request, response, {
        dispatcher: live.pool(route, passage.port),
        origin: `http://127.0.0.1:${passage.port}`,
        path: passage.path,
        headers: passage.headers,
        answer: (head) => browserHeaders(head, gate.hubCookies),
      });
      passed.inc({ kind: 'request', status: String(status) });
    } catch (error) {
      if (response.headersSent || response.destroyed) {
        passed.inc({ kind: 'request', status: 'cut' });
        return;
      }
      log.debug({ err: error, server: route.serverId }, 'a server cannot be reached');
      routes.forget(route.accountName);
      refuse(request, response, unreachable(route));
    }
  }

  function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
    const { status, message, location } = refusal;
    const goes = location !== undefined && isNavigation(request);
    passed.inc({ kind: 'request', status: String(goes ? 302 : status) });
    response.writeHead(goes ? 302 : status, {
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'x-jupyterhub-version': hubApiVersion,
      ...(goes ? { location } : {}),
    });
    response.end(JSON.stringify({ status, message }));
  }

  async function upgrade(request: IncomingMessage, socket: Socket, early: Buffer): Promise<void> {
    const refused = (status: number, message: string) => {
      passed.inc({ kind: 'upgrade', status: String(status) });
      if (!socket.destroyed) refuseUpgrade(socket, status, { status, message });
    };
    if ((request.headers.upgrade ?? '').toLowerCase() !== 'websocket' || request.method !== 'GET')
      return refused(400, 'Only WebSockets are served here.');
    const { origin } = request.headers;
    // A page of another origin must not speak with the visitor's cookies (RFC 6455 §10.2).
    if (origin !== undefined && origin !== publicOrigin.origin)
      return refused(403, 'WebSockets are opened by pages of this host only.');
    const passage = await admit(request);
    if (!('route' in passage)) return refused(passage.status === 302 ? 403 : passage.status, passage.message);
    if (socket.destroyed) return;
    const cut = () => socket.destroy();
    socket.once('close', live.hold(passage.route, cut));
    if (passage.sessionId !== undefined) socket.once('close', gate.hold(passage.sessionId, cut));
    try {
      const connected = await live.open(passage.route, passage.port);
      if (socket.destroyed) {
        connected.destroy();
        return;
      }
      const status = await forwardUpgrade(socket, early, {
        target: { connected },
        path: passage.path,
        headers: passage.headers,
        answer: (head) => browserHeaders(head, gate.hubCookies),
      });
      passed.inc({ kind: 'upgrade', status: String(status) });
    } catch (error) {
      log.debug({ err: error, server: passage.route.serverId }, 'a server cannot be reached');
      routes.forget(passage.route.accountName);
      refused(503, unreachable(passage.route).message);
    }
  }

  return {
    onRequest: (request, response) => {
      if (request.url?.startsWith('/user/') !== true || !methods.has(request.method ?? '')) return false;
      handle(request, response).catch((error: unknown) => {
        log.error({ err: error }, 'a request to a server was left without an answer');
        response.destroy();
      });
      return true;
    },
    onUpgrade: (request, socket, early) => {
      socket.on('error', () => socket.destroy());
      upgrade(request, socket, early).catch((error: unknown) => {
        log.error({ err: error }, 'cannot decide about an upgrade');
        if (!socket.destroyed)
          refuseUpgrade(socket, 500, { status: 500, message: 'The hub could not look this up: try again.' });
      });
    },
    close: async () => {
      routes.close();
      await live.close();
    },
  };
}

const unreachable = (route: ServerRoute): Refusal => ({
  status: 503,
  message: `The server ${route.name === '' ? '' : `${route.name} `}does not answer: it may be ending or out of memory; look at it in the portal.`,
});
