import { createHash } from 'node:crypto';
import * as http from 'node:http';
import type { Duplex } from 'node:stream';

/** A service on a unix socket whose answers a test writes. */
export interface FakeService {
  readonly address: string;
  handler: http.RequestListener;
  /** Handshakes seen. */
  readonly upgrades: http.IncomingMessage[];
  /** Called when a connection that was upgraded is gone. */
  onUpgradedClosed: () => void;
  close(): Promise<void>;
}

/** Besides `handler`, answers WebSocket handshakes and echoes short frames, close frames included. */
export async function startFakeService(socketPath: string): Promise<FakeService> {
  const sockets = new Set<Duplex>();
  const server = http.createServer((request, response) => fake.handler(request, response));
  server.on('upgrade', (request, socket) => {
    fake.upgrades.push(request);
    if (request.url?.startsWith('/refused')) {
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 4\r\nset-cookie: a=b\r\n\r\nno\r\n');
      return;
    }
    sockets.add(socket);
    socket
      .on('error', () => undefined)
      .on('end', () => socket.end())
      .on('close', () => fake.onUpgradedClosed());
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSet-Cookie: evil=1\r\n\r\n`,
    );
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      for (;;) {
        // Short frames only: two bytes of head, four of mask (RFC 6455 §5.2).
        const length = (pending[1] ?? 0) & 0x7f;
        if (pending.length < 6 + length) return;
        const mask = pending.subarray(2, 6);
        const payload = Buffer.from(
          pending.subarray(6, 6 + length).map((byte, at) => byte ^ (mask[at % 4] ?? 0)),
        );
        socket.write(Buffer.concat([Buffer.from([pending[0] ?? 0, length]), payload]));
        if (((pending[0] ?? 0) & 0x0f) === 8) socket.end();
        pending = pending.subarray(6 + length);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const fake: FakeService = {
    address: `unix:${socketPath}:`,
    handler: (_request, response) => void response.end('hello'),
    upgrades: [],
    onUpgradedClosed: () => undefined,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
}
