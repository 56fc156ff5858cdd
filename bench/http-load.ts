/**
 * Sends one request again and again over some connections from a process of its own, by bare sockets: a client library
 * in the measuring process would cost more than the server that is measured.
 */
import { fork } from 'node:child_process';
import { connect } from 'node:net';
import { quantile } from './measurement.ts';

type Order = {
  readonly host: string;
  readonly port: number;
  /** The whole request as it goes over the wire. */
  readonly text: string;
  readonly connections: number;
  readonly seconds: number;
};

/** Milliseconds, and requests a second. */
export type Load = { readonly perSecond: number; readonly p50: number; readonly p99: number };

/** `GET` of a URL with headers, for some seconds. Rejects when an answer is not 200. */
export function loadHttp(
  url: string,
  headers: Readonly<Record<string, string>>,
  connections: number,
  seconds: number,
): Promise<Load> {
  const { hostname, port, host, pathname, search } = new URL(url);
  const lines = Object.entries({ Host: host, Accept: '*/*', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const text = `GET ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`;
  const order: Order = { host: hostname, port: Number(port || 80), text, connections, seconds };
  return new Promise((resolve, reject) => {
    const child = fork(import.meta.filename, { stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the load of ${url} ended with ${code}`)));
    child.once('message', (result) => resolve(result as Load));
    child.send(order);
  });
}

if (process.argv[1] === import.meta.filename)
  process.once('message', async (order: Order) => {
    const result = await load(order);
    process.send?.(result, () => process.exit());
  });

async function load({ host, port, text, connections, seconds }: Order): Promise<Load> {
  const end = performance.now() + seconds * 1000;
  const times: number[] = [];
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(port, host);
      socket.setNoDelay(true);
      let pending = '';
      let started = 0;
      const ask = () => {
        started = performance.now();
        socket.write(text);
      };
      socket.once('connect', ask);
      socket.once('error', reject);
      socket.on('data', (chunk) => {
        pending += chunk.toString('latin1');
        if (!isWhole(pending)) return;
        if (!/^HTTP\/1\.\d 200/.test(pending)) return reject(new Error(pending));
        pending = '';
        times.push(performance.now() - started);
        if (performance.now() < end) return ask();
        socket.destroy();
        resolve();
      });
    });
  await Promise.all(Array.from({ length: connections }, one));
  return { perSecond: times.length / seconds, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

function isWhole(answer: string): boolean {
  const head = answer.indexOf('\r\n\r\n');
  if (head < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(answer.slice(0, head + 2))?.[1];
  return length === undefined ? answer.endsWith('\r\n0\r\n\r\n') : answer.length >= head + 4 + Number(length);
}
