import { type ChildProcess, execFile, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEmbeddedPostgres } from '@vre/database';
import { loadHttp } from '../http-load.ts';
import { type Figure, median, quantile } from '../measurement.ts';
import { processorSeconds } from '../processor-time.ts';

const run = promisify(execFile);
const connections = 50;
const rounds = 5;
const secondsARound = 3;
const echoes = 400;
const peerVersion = '5.3.0';

/** Where requests go, and whose processor time they cost. */
type Way = { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly pid: number };

/**
 * Our way in with a session cookie beside configurable-http-proxy, which lets everybody through: same server behind
 * both, measured in turns.
 */
export async function proxyFigures(): Promise<readonly Figure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'vre-bench-proxy-'));
  const children: ChildProcess[] = [];
  const database = await startEmbeddedPostgres({
    directory: join(directory, 'database'),
    socketDirectory: directory,
    logFile: join(directory, 'log'),
    password: 'of a bench',
  });
  process.env['VRE_TEST_DATABASE_URL'] = database.url;
  try {
    const backend = fork(join(import.meta.dirname, 'one-kilobyte-server.ts'));
    children.push(backend);
    const { port } = await said<{ port: number }>(backend);
    const wayIn = fork(join(import.meta.dirname, 'way-in.ts'), [String(port)], {
      // Packages as they were built.
      execArgv: [
        '--import',
        'tsx',
        ...(process.env['BENCH_PROFILE']
          ? ['--cpu-prof', '--cpu-prof-interval', '200', `--cpu-prof-dir=${process.env['BENCH_PROFILE']}`]
          : []),
      ],
    });
    children.push(wayIn);
    const { url, cookie } = await said<{ url: string; cookie: string }>(wayIn);
    const ours: Way = { url, headers: { Cookie: `${cookie}; _xsrf=2|1|2|3` }, pid: wayIn.pid as number };
    const peer = await startPeer(directory, children, port);
    const direct: Way = { url: `http://127.0.0.1:${port}/user/marie/api/status`, headers: {}, pid: 0 };
    return await measure(ours, { ...peer, headers: ours.headers }, direct);
  } finally {
    for (const child of children) await ended(child);
    await database.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function measure(ours: Way, peer: Way, direct: Way): Promise<readonly Figure[]> {
  for (const way of [ours, peer]) await loadHttp(way.url, way.headers, connections, secondsARound);
  const seen: { readonly ours: Cost; readonly peer: Cost }[] = [];
  for (let round = 0; round < rounds; round++) seen.push({ ours: await cost(ours), peer: await cost(peer) });
  const of = (value: (pair: (typeof seen)[number]) => number) => median(seen.map(value));
  const trips: { readonly ours: number; readonly peer: number; readonly direct: number }[] = [];
  for (let round = 0; round < rounds; round++)
    trips.push({ ours: await echo(ours), peer: await echo(peer), direct: await echo(direct) });
  const added = (way: 'ours' | 'peer') => median(trips.map((trip) => trip[way] - trip.direct));
  const name = 'configurable-http-proxy';
  return [
    {
      what: `proxy, ${connections} connections, processor time a request`,
      measured: of((pair) => pair.ours.microseconds),
      unit: 'µs',
      bound: 'at most',
      limit: 150,
      peer: { name, measured: of((pair) => pair.peer.microseconds) },
    },
    {
      what: `proxy, ${connections} connections, requests of 1 KB`,
      measured: of((pair) => pair.ours.perSecond),
      unit: '/s',
      bound: 'at least',
      limit: 2.5 * of((pair) => pair.peer.perSecond),
      peer: { name, measured: of((pair) => pair.peer.perSecond) },
    },
    {
      what: 'proxy, requests a second of its own processor time, of the peer’s',
      measured: of((pair) => pair.peer.microseconds / pair.ours.microseconds),
      unit: '×',
      bound: 'at least',
      limit: 2.5,
    },
    {
      what: 'WebSocket message there and back, added by the proxy, median',
      measured: added('ours'),
      unit: 'ms',
      bound: 'at most',
      limit: 2,
      peer: { name, measured: added('peer') },
    },
  ];
}

type Cost = { readonly perSecond: number; readonly microseconds: number };

async function cost({ url, headers, pid }: Way): Promise<Cost> {
  const before = processorSeconds(pid);
  const { perSecond } = await loadHttp(url, headers, connections, secondsARound);
  const used = processorSeconds(pid) - before;
  return { perSecond, microseconds: (used / (perSecond * secondsARound)) * 1e6 };
}

/** Milliseconds until a message of 1 KB comes back over an open WebSocket. */
async function echo({ url, headers }: Way): Promise<number> {
  const { hostname, port, host, pathname } = new URL(url);
  const socket = connect(Number(port), hostname).setNoDelay(true);
  const lines = Object.entries({
    Host: host,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  });
  socket.write(
    `GET ${pathname} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
  );
  const [head] = (await once(socket, 'data')) as [Buffer];
  if (!head.toString().startsWith('HTTP/1.1 101')) throw new Error(`no WebSocket at ${url}: ${head}`);
  const message = Buffer.alloc(1024, 'x');
  const times: number[] = [];
  for (let sent = 0; sent < echoes; sent++) {
    const started = performance.now();
    const back = new Promise<void>((resolve) => {
      let bytes = 0;
      const onData = (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes < message.length) return;
        socket.off('data', onData);
        resolve();
      };
      socket.on('data', onData);
    });
    socket.write(message);
    await back;
    times.push(performance.now() - started);
  }
  socket.destroy();
  return quantile(times, 0.5);
}

/** Installs the peer from the registry and starts it with one route to the server. */
async function startPeer(
  directory: string,
  children: ChildProcess[],
  backend: number,
): Promise<Omit<Way, 'headers'>> {
  const prefix = process.env['PEER_PROXY'] ?? join(directory, 'peer');
  if (process.env['PEER_PROXY'] === undefined)
    await run('npm', [
      'install',
      '--no-audit',
      '--no-fund',
      '--prefix',
      prefix,
      `configurable-http-proxy@${peerVersion}`,
    ]);
  const [port, api] = await Promise.all([freePort(), freePort()]);
  const child = spawn(
    process.execPath,
    [
      join(prefix, 'node_modules/configurable-http-proxy/bin/configurable-http-proxy'),
      ...['--ip', '127.0.0.1', '--port', String(port), '--api-ip', '127.0.0.1', '--api-port', String(api)],
      ...['--default-target', `http://127.0.0.1:${backend}`, '--log-level', 'error'],
    ],
    { stdio: 'inherit' },
  );
  children.push(child);
  const url = `http://127.0.0.1:${port}/user/marie/api/status`;
  for (;;) {
    if (child.exitCode !== null) throw new Error('configurable-http-proxy did not start');
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return { url, pid: child.pid as number };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** First message of a child; it says what its type says. */
async function said<T>(child: ChildProcess): Promise<T> {
  const gone = once(child, 'exit').then(() =>
    Promise.reject(new Error('a process of the measurement ended')),
  );
  const [message] = await Promise.race([once(child, 'message'), gone]);
  gone.catch(() => undefined);
  return message as T;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  if (child.connected) child.disconnect();
  else child.kill();
  await exit;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
