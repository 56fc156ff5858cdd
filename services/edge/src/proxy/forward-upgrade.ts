import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { responseHeaders } from './header-hygiene.ts';
import type { ProxyRoute } from './route-table.ts';
import { serviceFailure } from './service-failure.ts';
import type { Upstream } from './upstream.ts';

const head = (status: number, reason: string, headers: Readonly<Record<string, string | string[]>>) =>
  `HTTP/1.1 ${status} ${reason}\r\n${Object.entries(headers)
    .flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}\r\n`))
    .join('')}\r\n`;

/** Writes a whole answer instead of an upgrade and ends the connection. */
export function refuseUpgrade(socket: Duplex, status: number, body: Readonly<Record<string, string>>): void {
  const text = JSON.stringify(body);
  socket.end(
    head(status, http.STATUS_CODES[status] ?? '', {
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(text)),
      'x-content-type-options': 'nosniff',
      connection: 'close',
    }) + text,
  );
}

/** Joins two connections; the end or failure of one is the end of both. */
function splice(client: Socket, service: Duplex): void {
  const cut = () => {
    client.destroy();
    service.destroy();
  };
  for (const side of [client, service]) side.once('error', cut).once('close', cut);
  client.pipe(service).pipe(client);
}

/**
 * Passes a WebSocket handshake on (RFC 6455 §4) and joins the raw connections: frames, pings and close codes travel
 * untouched. Resolves with the status once it is known; throws {@link EdgeError} when the service is away.
 */
export function forwardUpgrade(
  socket: Socket,
  early: Buffer,
  to: {
    readonly route: ProxyRoute;
    readonly upstream: Upstream;
    readonly path: string;
    readonly headers: readonly string[];
  },
): Promise<number> {
  const { route, upstream } = to;
  const { connection } = upstream;
  const options: http.RequestOptions & https.RequestOptions = {
    method: 'GET',
    path: upstream.basePath + to.path,
    // Node takes a flat list of names and values as well, which keeps case and order.
    headers: [
      ...to.headers,
      'Connection',
      'Upgrade',
      'Upgrade',
      'websocket',
    ] as unknown as http.OutgoingHttpHeaders,
    agent: false,
    ...('socketPath' in connection
      ? { socketPath: connection.socketPath }
      : {
          host: connection.hostname,
          port: connection.port,
          ...(connection.ca ? { ca: connection.ca } : {}),
        }),
  };
  const isTls = 'tls' in connection && connection.tls;
  return new Promise((resolve, reject) => {
    const outgoing = isTls ? https.request(options) : http.request(options);
    const onClientGone = () => outgoing.destroy();
    socket.once('close', onClientGone).on('error', onClientGone);
    outgoing.once('error', (error) => reject(serviceFailure(route.service, error)));
    outgoing.once('upgrade', (answer, service, serviceEarly) => {
      socket.setTimeout(0);
      socket.setNoDelay(true);
      service.setTimeout(0);
      service.setNoDelay(true);
      const headers = responseHeaders(answer.headers, route.access);
      socket.write(
        head(101, 'Switching Protocols', { ...headers, connection: 'Upgrade', upgrade: 'websocket' }),
      );
      if (serviceEarly.length > 0) socket.write(serviceEarly);
      if (early.length > 0) service.write(early);
      splice(socket, service);
      resolve(101);
    });
    outgoing.once('response', (answer) => {
      const status = answer.statusCode ?? 502;
      socket.write(
        head(status, answer.statusMessage ?? '', {
          ...responseHeaders(answer.headers, route.access),
          connection: 'close',
        }),
      );
      answer.once('error', () => socket.destroy());
      answer.pipe(socket);
      resolve(status);
    });
    outgoing.end();
  });
}
