/**
 * Figures of the whole platform, in one run: start, memory when idle, one DID over HTTP, start of a run, local copies.
 * Each is printed beside its limit, and beside a peer where one can run on the same machine:
 * `PEER_RUCIO=http://127.0.0.1:18441` with `PEER_RUCIO_TOKEN` names a Rucio server to compare `GET` of one DID with.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPosixStorage } from '@vre/storage-posix';
import { copyLocal } from '@vre/transfer-local';
import { startPlatformForTests, type TestPlatform } from '../apps/vre/tests/harness/platform.ts';
import { createResearcher, type Researcher } from '../apps/vre/tests/harness/researcher.ts';
import { type Load, loadHttp } from './http-load.ts';
import { type Figure, median, printFigures } from './measurement.ts';

const platform = await startPlatformForTests({ name: 'bench' });
try {
  const figures: Figure[] = [await warmStart(), await idleMemory()];
  const alice = await createResearcher(platform);
  figures.push(...(await oneDid(alice)), await runStart(alice), await checksummedCopy());
  printFigures(figures);
} finally {
  await platform.dispose();
}

/** `vre up` of an existing data directory until it says that it is ready, the command's own start-up included. */
async function warmStart(): Promise<Figure> {
  const seconds: number[] = [];
  for (let round = 0; round < 3; round++) {
    await platform.stop();
    const started = performance.now();
    await platform.start();
    seconds.push((performance.now() - started) / 1000);
  }
  return { what: 'vre up, warm, to ready', measured: median(seconds), unit: 's', bound: 'at most', limit: 5 };
}

/** Sum of the proportional set sizes of every process of the platform, PostgreSQL included, after ten idle seconds. */
async function idleMemory(): Promise<Figure> {
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  const bytes = processesOf(platform).reduce((sum, pid) => sum + proportionalSetSize(pid), 0);
  return {
    what: 'whole platform idle, PSS',
    measured: bytes / 2 ** 20,
    unit: 'MiB',
    bound: 'at most',
    limit: 400,
  };
}

/** Processes whose command line names this data directory, and the descendants of those. */
function processesOf({ dataDirectory }: TestPlatform): number[] {
  const parents = new Map<number, number>();
  const named = new Set<number>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      parents.set(pid, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dataDirectory) && pid !== process.pid)
        named.add(pid);
    } catch {
      // It ended while we looked.
    }
  }
  const belongs = (pid: number): boolean =>
    named.has(pid) || (parents.has(pid) && pid > 1 && belongs(parents.get(pid) as number));
  return [...parents.keys()].filter(belongs);
}

function proportionalSetSize(pid: number): number {
  try {
    return (
      Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) * 1024
    );
  } catch {
    return 0;
  }
}

/** `GET /dids/<scope>/<name>` with 1, 8 and 32 connections. */
async function oneDid(alice: Researcher): Promise<Figure[]> {
  const path = join(alice.home, 'benched');
  await writeFile(path, 'x');
  const upload = await alice.rucio('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, path);
  if (upload.code !== 0) throw new Error(upload.output);
  const token = readFileSync(join(alice.client.directory, 'rucio-token'), 'utf8').trim();
  const did = `/dids/${alice.scope}/benched`;
  const ours = (connections: number) => load(platform.addresses.lake, did, token, connections);
  const peerUrl = process.env['PEER_RUCIO'];
  const peerDid = process.env['PEER_RUCIO_DID'] ?? '/dids/mock/file1';
  const peer = async (connections: number) =>
    peerUrl === undefined
      ? undefined
      : load(peerUrl, peerDid, process.env['PEER_RUCIO_TOKEN'] ?? '', connections);
  await ours(8);
  const one = await ours(1);
  const peerOne = await peer(1);
  const many = await ours(32);
  const peerMany = await peer(32);
  const named = (measured: number | undefined) =>
    measured === undefined ? {} : { peer: { name: 'Rucio', measured } };
  return [
    {
      what: 'GET one DID, 1 connection, p50',
      measured: one.p50,
      unit: 'ms',
      bound: 'at most',
      limit: 1.5,
      ...named(peerOne?.p50),
    },
    {
      what: 'GET one DID, 32 connections',
      measured: many.perSecond,
      unit: '/s',
      bound: 'at least',
      limit: 2500,
      ...named(peerMany?.perSecond),
    },
    {
      what: 'GET one DID, 32 connections, p99',
      measured: many.p99,
      unit: 'ms',
      bound: 'at most',
      limit: 25,
      ...named(peerMany?.p99),
    },
  ];
}

function load(origin: string, path: string, token: string, connections: number): Promise<Load> {
  return loadHttp(`${origin}${path}`, { 'X-Rucio-Auth-Token': token }, connections, 4);
}

/** From the answer to the start request until the first job runs, by the platform's own clock. */
async function runStart(alice: Researcher): Promise<Figure> {
  await writeFile(
    join(alice.home, 'reana.yaml'),
    'workflow:\n  type: serial\n  specification:\n    steps:\n      - { name: one, environment: docker.io/library/python:3.11-slim, commands: [ "date +%s.%N > began" ] }\noutputs: { files: [began] }\n',
  );
  const api = `${platform.addresses.workflows}/api`;
  const token = readFileSync(alice.client.reanaTokenFile, 'utf8').trim();
  const specification = {
    version: '0.9',
    workflow: {
      type: 'serial',
      specification: {
        steps: [
          {
            name: 'one',
            environment: 'docker.io/library/python:3.11-slim',
            commands: ['date +%s.%N > began'],
          },
        ],
      },
    },
  };
  const post = async (path: string, body: unknown) => {
    const answer = await fetch(`${api}${path}${path.includes('?') ? '&' : '?'}access_token=${token}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as { workflow_id: string };
  };
  const seconds: number[] = [];
  for (let round = 0; round < 5; round++) {
    const { workflow_id: id } = await post('/workflows?workflow_name=bench', specification);
    const started = Date.now() / 1000;
    await post(`/workflows/${id}/start`, {});
    for (;;) {
      const began = await fetch(`${api}/workflows/${id}/workspace/began?access_token=${token}`);
      const text = await began.text();
      if (began.ok && text.trim() !== '') {
        seconds.push(Number(text) - started);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return {
    what: 'start of a run to its first job running',
    measured: median(seconds),
    unit: 's',
    bound: 'at most',
    limit: 1,
  };
}

/**
 * A checksummed, read-back copy between two elements of this host, as a share of what `cp` reaches. Neither waits for
 * the disk (`fsync: never`), or the disk would be what is measured.
 */
async function checksummedCopy(): Promise<Figure> {
  const directory = await mkdtemp(join(tmpdir(), 'vre-bench-'));
  const bytes = 512 * 2 ** 20;
  for (const name of ['a', 'b']) await mkdir(join(directory, name));
  const [source, destination] = await Promise.all([
    createPosixStorage({ root: join(directory, 'a'), fsync: 'never' }),
    createPosixStorage({ root: join(directory, 'b'), fsync: 'never' }),
  ]);
  async function* content() {
    for (let written = 0; written < bytes; written += 2 ** 20) yield randomBytes(2 ** 20);
  }
  const { adler32 } = await source.write('file', content(), { overwrite: true });
  const file = source.localPath('file') as string;
  const speeds: { ours: number; cp: number }[] = [];
  for (let round = 0; round < 5; round++) {
    const copied = join(directory, 'cp');
    let started = performance.now();
    execFileSync('cp', [file, copied]);
    const cp = bytes / (performance.now() - started);
    await rm(copied);
    started = performance.now();
    await copyLocal({
      source,
      sourcePath: 'file',
      destination,
      destinationPath: `copy${round}`,
      expectedBytes: bytes,
      expectedAdler32: adler32,
    });
    speeds.push({ ours: bytes / (performance.now() - started), cp });
    await destination.remove(`copy${round}`);
  }
  await rm(directory, { recursive: true });
  return {
    what: 'local copy, adler32 and read back, of cp',
    measured: median(speeds.map(({ ours, cp }) => ours / cp)),
    unit: '×',
    bound: 'at least',
    limit: 0.9,
  };
}
