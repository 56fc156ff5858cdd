import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProcessBackend, type RunAs } from '@vre/compute-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBubblewrapBackend } from './bubblewrap-backend.ts';

const firstUid = 20_500;
const firstGroup = 20_700;
const runAs: RunAs = ({ number, groups = [] }) => ({
  uid: firstUid + number,
  gid: firstUid + number,
  groups: groups.map((group) => firstGroup + group),
});

describe.skipIf(process.getuid?.() !== 0).each([
  ['plain processes', createProcessBackend({ runAs })],
  ['bubblewrap', createBubblewrapBackend({ runAs })],
] as const)('a folder that a group shares, as %s', (_, backend) => {
  let root = '';
  let folder = '';
  let count = 0;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'vre-shared-'));
    await chmod(root, 0o711);
    folder = join(root, 'project');
    await mkdir(folder);
    await chown(folder, 0, firstGroup + 1);
    await chmod(folder, 0o2770);
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  async function run(
    number: number,
    groups: readonly number[],
    script: string,
    shown = true,
  ): Promise<string> {
    count += 1;
    const jobDirectory = join(root, `job-${count}`);
    await mkdir(jobDirectory);
    const ref = await backend.submit({
      jobId: `shared-${process.pid}-${count}`,
      jobDirectory,
      command: ['/bin/sh', '-c', `umask 002; ${script}`],
      workingDirectory: '/',
      environment: { PATH: '/usr/bin:/bin' },
      secretFiles: [],
      mounts: shown ? [{ source: folder, target: folder, readOnly: false, shared: true }] : [],
      limits: { wallSeconds: 20, diskBytes: 1_000_000 },
      network: 'none',
      principal: { accountId: String(number), username: `member${number}`, number, groups },
    });
    await backend.watch(ref, AbortSignal.timeout(30_000));
    return readFile(join(jobDirectory, 'log'), 'utf8');
  }

  it('is written by its members, each other’s files too, and seen by nobody else', async (context) => {
    const { unavailable } = await backend.describe();
    if (unavailable !== undefined) context.skip(unavailable);
    expect(await run(1, [1], `echo one > ${folder}/notes; mkdir ${folder}/plots`)).toBe('');
    expect(
      await run(2, [1, 9], `echo two >> ${folder}/notes; echo x > ${folder}/plots/a; cat ${folder}/notes`),
    ).toBe('one\ntwo\n');
    for (const shown of [true, false]) {
      const log = await run(3, [2], `cat ${folder}/notes; ls ${folder}; echo bad > ${folder}/bad`, shown);
      expect(log).not.toMatch(/^one$/m);
      expect(log).toMatch(/Permission denied|No such file/);
    }
    const { uid, gid, mode } = await stat(folder);
    expect([uid, gid, (mode & 0o7777).toString(8)]).toEqual([0, firstGroup + 1, '2770']);
    expect((await stat(join(folder, 'plots', 'a'))).gid).toBe(firstGroup + 1);
  });
});
