/**
 * Figures of the data lake alone, in one run: one DID over HTTP with 32 connections, bulk registration of replicas, the
 * files of a large dataset. The server's own processor time a request is printed as well: it does not move with the
 * load of the machine.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@vre/database';
import { startLakeForTests } from '../services/data-lake/src/testing/lake-for-tests.test-support.ts';
import { loadHttp } from './http-load.ts';
import { type Figure, printFigures } from './measurement.ts';

const connections = 32;
const registered = 20_000;
const listed = 10_000;

await withDatabase(measure);

/** A cluster with the platform's own settings, durable writes included. */
async function withDatabase(work: () => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'vre-bench-pg-'));
  const server = await startEmbeddedPostgres({
    directory,
    socketDirectory: directory,
    logFile: join(directory, 'log'),
    password: 'of a bench',
  });
  process.env['VRE_TEST_DATABASE_URL'] = server.url;
  try {
    await work();
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function measure(): Promise<void> {
  const lake = await startLakeForTests();
  const server = createServer((request, response) => lake.app.routing(request, response));
  try {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await lake.ask('alice', 'GET', '/accounts/whoami');
    await lake.put('alice', 'LOCAL-A', 'benched', 'x');
    const token = await lake.token('alice');
    const load = (seconds: number) =>
      loadHttp(
        `http://127.0.0.1:${port}/dids/user.alice/benched`,
        { Host: 'localhost:18001', 'X-Rucio-Auth-Token': token, 'X-Rucio-Account': 'alice' },
        connections,
        seconds,
      );
    await load(3);
    const before = process.cpuUsage();
    const one = await load(8);
    const used = process.cpuUsage(before);
    const perRequest = (used.user + used.system) / (one.perSecond * 8);
    const registration = await register(lake);
    const listing = await list(lake);
    const figures: Figure[] = [
      figure('GET one DID, 32 connections', one.perSecond, '/s', 'at least', 2500),
      figure('GET one DID, 32 connections, p99', one.p99, 'ms', 'at most', 25),
      figure('GET one DID, processor time of the server', perRequest, 'µs', 'at most', 400),
      figure('register replicas, 1000 a request', registration, '/s', 'at least', 12_000),
      figure(`list the files of a dataset of ${listed}`, listing, 's', 'at most', 0.08),
    ];
    printFigures(figures);
  } finally {
    server.closeAllConnections();
    server.close();
    await lake.dispose();
  }
}

function figure(what: string, measured: number, unit: string, bound: Figure['bound'], limit: number): Figure {
  return { what, measured, unit, bound, limit };
}

type Lake = Awaited<ReturnType<typeof startLakeForTests>>;

/** Files a second, registered as the client does before an upload. */
async function register(lake: Lake): Promise<number> {
  const started = performance.now();
  for (let first = 0; first < registered; first += 1000) {
    const files = Array.from({ length: 1000 }, (_, index) => ({
      scope: 'user.alice',
      name: `bulk/file-${first + index}`,
      bytes: 1000,
      adler32: '0cc737eb',
      state: 'C',
    }));
    const answer = await lake.ask('alice', 'POST', '/replicas', { rse: 'LOCAL-A', files });
    if (answer.statusCode !== 201) throw new Error(answer.body);
  }
  return registered / ((performance.now() - started) / 1000);
}

/** Seconds of the best of five. */
async function list(lake: Lake): Promise<number> {
  await lake.ask('alice', 'POST', '/dids/user.alice/large', { type: 'DATASET' });
  for (let first = 0; first < listed; first += 1000) {
    const dids = Array.from({ length: 1000 }, (_, index) => ({
      scope: 'user.alice',
      name: `bulk/file-${first + index}`,
    }));
    const answer = await lake.ask('alice', 'POST', '/dids/user.alice/large/dids', { dids });
    if (answer.statusCode !== 201) throw new Error(answer.body);
  }
  const seconds: number[] = [];
  for (let round = 0; round < 5; round++) {
    const started = performance.now();
    const { body } = await lake.ask('alice', 'GET', '/dids/user.alice/large/files');
    seconds.push((performance.now() - started) / 1000);
    if (body.split('\n').length !== listed + 1) throw new Error('files are missing');
  }
  return Math.min(...seconds);
}
