import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { computeBackendContract } from '@vre/compute-port/contract-suite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSubject } from './contract-subject.ts';

const module = fileURLToPath(new URL('./contract-subject.ts', import.meta.url));
const enforcesNoNetwork = process.getuid?.() === 0;

computeBackendContract({ name: 'process', module, backend: createSubject(), enforcesNoNetwork });
computeBackendContract({
  name: 'process, watchdog only',
  module,
  backend: createSubject('watchdog'),
  enforcesNoNetwork,
});

describe('process back-end', () => {
  const backend = createSubject();
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'vre-process-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));
  const spec = (script: string) => ({
    jobId: `process-${process.pid}`,
    jobDirectory: root,
    command: ['/bin/sh', '-c', script] as const,
    workingDirectory: '/',
    environment: { PATH: '/usr/bin:/bin' },
    secretFiles: [],
    mounts: [],
    limits: {},
    network: 'open' as const,
    principal: { accountId: 'a', username: 'ada', number: 1 },
  });

  it('gives a job no more processor time than its share', async (context) => {
    const { limitsBy } = await backend.describe();
    if (!limitsBy.startsWith('control groups')) context.skip(`cpu shares need control groups: ${limitsBy}`);
    const busy = { ...spec('timeout 2 sh -c "while :; do :; done"; times'), limits: { cpus: 0.2 } };
    await backend.watch(await backend.submit(busy), AbortSignal.timeout(20_000));
    const log = await readFile(join(root, 'log'), 'utf8');
    const [, user = 'x', system = 'x'] = /\n0m([\d.]+)s 0m([\d.]+)s/.exec(`\n${log.split('\n')[1]}`) ?? [];
    expect(Number(user) + Number(system)).toBeLessThan(0.8);
  });

  it('enforces the wall time and writes the end down while nobody watches', async () => {
    await backend.submit({
      ...spec('trap "" TERM; while :; do sleep 0.1; done'),
      limits: { wallSeconds: 1 },
    });
    await expect
      .poll(() => readFile(join(root, 'exit'), 'utf8').catch(() => ''), { timeout: 10_000 })
      .toContain('"verdict":"timed-out"');
    expect(await backend.state({ backend: 'process', jobId: 'x', jobDirectory: root })).toMatchObject({
      end: { reason: 'timed-out' },
    });
  });

  it('counts in a directory of the principal’s own what jobs add, and not what lay there', async () => {
    const home = join(root, 'home');
    const control = join(root, 'control');
    await mkdir(home);
    await mkdir(control);
    await writeFile(join(home, 'before'), Buffer.alloc(8_000_000, 'x'));
    const job = {
      ...spec(
        'until [ -e go ]; do sleep 0.05; done; i=0; while :; do i=$((i+1)); head -c 1000000 /dev/zero > f$i; [ $i -gt 8 ] && sleep 0.2; done',
      ),
      jobDirectory: control,
      workingDirectory: home,
      mounts: [{ source: home, target: home, readOnly: false, ownedByPrincipal: true }],
      limits: { diskBytes: 5_000_000, wallSeconds: 20 },
    };
    const end = backend.watch(await backend.submit(job), AbortSignal.timeout(30_000));
    const counted = () => readFile(join(control, 'disk-baseline'), 'latin1').catch(() => '0');
    await expect.poll(async () => Number(await counted()), { timeout: 10_000 }).toBeGreaterThan(7_900_000);
    await writeFile(join(home, 'go'), '');
    expect(await end).toMatchObject({ reason: 'disk-exceeded' });
  });

  it('survives a full disk, and its end is written down', async (context) => {
    if (process.getuid?.() !== 0) context.skip('only root can mount a small disk');
    try {
      await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0755', 'tmpfs', root]);
    } catch (error) {
      context.skip(`no file system can be mounted: ${(error as Error).message}`);
    }
    try {
      const directory = join(root, 'job');
      const workspace = join(root, 'workspace');
      await mkdir(directory);
      await mkdir(workspace);
      const job = {
        ...spec('cat /dev/zero > big; echo full; exit 4'),
        jobDirectory: directory,
        workingDirectory: workspace,
        mounts: [{ source: workspace, target: workspace, readOnly: false }],
      };
      const end = await backend.watch(await backend.submit(job), AbortSignal.timeout(20_000));
      expect(end).toMatchObject({ reason: 'failed', sentence: 'exit code 4' });
    } finally {
      await promisify(execFile)('umount', [root]);
    }
  });

  it('cannot show a path under another name', async () => {
    const mounts = [{ source: root, target: '/elsewhere', readOnly: true }];
    await expect(backend.submit({ ...spec('true'), mounts })).rejects.toMatchObject({ code: 'invalid-spec' });
  });
});
