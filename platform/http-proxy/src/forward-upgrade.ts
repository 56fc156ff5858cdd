import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AnswerHead } from './forward-request.ts';

/** Where a raw connection leads. */
export type UpgradeTarget =
  | { readonly socketPath: string }
  /** A connection that is open already, and whose other end was looked at. */
  | { readonly connected: Socket }
  | {
      readonly hostname: string;
      readonly port: number;
      readonly tls?: boolean | undefined;
      readonly ca?: string[] | undefined;
    };

const head = (status: number, reason: string, headers: Readonly<Record<string, string | string[]>>) =>
  `HTTP/1.1 ${status} ${reason}\r\n${Object.entries(headers)
    .flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}\r\n`))
    .join('')}\r\n`;

/** Writes a whole answer instead of an upgrade and ends the connection. */
export function refuseUpgrade(socket: Duplex, status: number, body: Readonly<Record<string, unknown>>): void {
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
function splice(client: Socket, server: Duplex): void {
  const cut = () => {
    client.destroy();
    server.destroy();
  };
  for (const side of [client, server]) side.once('error', cut).once('close', cut);
  client.pipe(server).pipe(client);
}

/**
 * Passes a WebSocket handshake on (RFC 6455 §4) and joins the raw connections: frames, pings and close codes travel
 * untouched. Resolves with the status once it is known; another answer than 101 is relayed with its body. Rejects
 * when the other side cannot be reached: nothing was answered then.
 */
export function forwardUpgrade(
  socket: Socket,
  early: Buffer,
  to: {
    readonly target: UpgradeTarget;
    readonly path: string;
    /** Flat names and values without `Connection` and `Upgrade`, which are added. */
    readonly headers: readonly string[];
    readonly answer: (head: AnswerHead) => Record<string, string | string[]>;
  },
): Promise<number> {
  const { target } = to;
  const options: http.RequestOptions & https.RequestOptions = {
    method: 'GET',
    path: to.path,
    // Node takes a flat list of names and values as well, which keeps case and order.
    headers: [
      ...to.headers,
      'Connection',
      'Upgrade',
      'Upgrade',
      'websocket',
    ] as unknown as http.OutgoingHttpHeaders,
    ...('connected' in target ? { createConnection: () => target.connected } : { agent: false }),
    ...('socketPath' in target
      ? { socketPath: target.socketPath }
      : 'connected' in target
        ? {}
        : { host: target.hostname, port: target.port, ...(target.ca ? { ca: target.ca } : {}) }),
  };
  const isTls = 'tls' in target && target.tls === true;
  return new Promise((resolve, reject) => {
    const outgoing = isTls ? https.request(options) : http.request(options);
    const onClientGone = () => outgoing.destroy();
    socket.once('close', onClientGone).on('error', onClientGone);
    outgoing.once('error', reject);
    outgoing.once('upgrade', (answer, server, serverEarly) => {
      socket.setTimeout(0);
      socket.setNoDelay(true);
      server.setTimeout(0);
      server.setNoDelay(true);
      const headers = to.answer({ status: 101, headers: answer.headers });
      socket.write(
        head(101, 'Switching Protocols', { ...headers, connection: 'Upgrade', upgrade: 'websocket' }),
      );
      if (serverEarly.length > 0) socket.write(serverEarly);
      if (early.length > 0) server.write(early);
      splice(socket, server);
      resolve(101);
    });
    outgoing.once('response', (answer) => {
      const status = answer.statusCode ?? 502;
      const headers = to.answer({ status, headers: answer.headers });
      socket.write(head(status, answer.statusMessage ?? '', { ...headers, connection: 'close' }));
      answer.once('error', () => socket.destroy());
      answer.pipe(socket);
      resolve(status);
    });
    outgoing.end();
  });
}
