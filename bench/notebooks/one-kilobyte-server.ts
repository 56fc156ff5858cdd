/**
 * What both proxies lead to, in a process of its own: the cheapest server that answers 1 KB to every request, and
 * echoes what comes after an upgrade. Says its port to its parent.
 */
import { type AddressInfo, createServer } from 'node:net';

const body = 'x'.repeat(1024);
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nServer: bench\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
);
const upgraded =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n';

const server = createServer({ noDelay: true }, (socket) => {
  let pending = '';
  const onData = (chunk: Buffer) => {
    pending += chunk.toString('latin1');
    for (let end = pending.indexOf('\r\n\r\n'); end !== -1; end = pending.indexOf('\r\n\r\n')) {
      const head = pending.slice(0, end);
      pending = pending.slice(end + 4);
      if (/\r\nupgrade: websocket/i.test(head)) {
        socket.off('data', onData);
        socket.write(upgraded);
        socket.pipe(socket);
        return;
      }
      socket.write(answer);
    }
  };
  socket.on('data', onData).on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.once('disconnect', () => process.exit());
