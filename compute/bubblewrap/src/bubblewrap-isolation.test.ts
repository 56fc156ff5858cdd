import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, type TestContext } from 'vitest';
import { createSubject } from './contract-subject.ts';

const backend = createSubject();
let root = '';
let unavailable: string | undefined;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vre-bubblewrap-'));
  unavailable = (await backend.describe()).unavailable;
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function run(context: TestContext, script: string, extra: { readOnlyDirectory?: string } = {}) {
  if (unavailable !== undefined) context.skip(unavailable);
  count += 1;
  const jobDirectory = join(root, `job-${count}`);
  const workspace = join(root, `workspace-${count}`);
  await mkdir(jobDirectory);
  await mkdir(workspace);
  const ref = await backend.submit({
    jobId: `isolation-${process.pid}-${count}`,
    jobDirectory,
    command: ['/bin/sh', '-c', script],
    workingDirectory: '/workspace',
    environment: { PATH: '/usr/bin:/bin' },
    secretFiles: [],
    mounts: [
      { source: workspace, target: '/workspace', readOnly: false },
      ...(extra.readOnlyDirectory === undefined
        ? []
        : [{ source: extra.readOnlyDirectory, target: '/inputs', readOnly: true }]),
    ],
    limits: { wallSeconds: 10 },
    network: 'none',
    principal: { accountId: 'a', username: 'ada', number: 1 },
  });
  await backend.watch(ref, AbortSignal.timeout(15_000));
  return { text: await readFile(join(jobDirectory, 'log'), 'utf8'), workspace };
}

it('shows mounts at their targets and protects read-only ones', async (context) => {
  const inputs = join(root, 'inputs');
  await mkdir(inputs);
  await writeFile(join(inputs, 'data'), 'measured\n');
  const script = 'cat /inputs/data; echo changed > /inputs/data; echo out > result';
  const { text, workspace } = await run(context, script, { readOnlyDirectory: inputs });
  expect(text).toContain('measured\n');
  expect(text).toContain('Read-only file system');
  expect(await readFile(join(inputs, 'data'), 'utf8')).toBe('measured\n');
  expect(await readFile(join(workspace, 'result'), 'utf8')).toBe('out\n');
});

it('hides other processes, other files and other names', async (context) => {
  const script = `ls -d /proc/[0-9]* | wc -l; ls /tmp /home /root ${root} 2>&1; hostname; id -un; touch /usr/x 2>&1`;
  const { text } = await run(context, script);
  const lines = text.trim().split('\n');
  expect(Number(lines[0])).toBeLessThan(8);
  expect(text).not.toContain('workspace-');
  expect(lines).toContain('job');
  expect(lines).toContain('ada');
  expect(text).toContain('Read-only file system');
});

it('keeps the job off the network of the machine', async (context) => {
  const { text } = await run(context, 'tail -n +3 /proc/net/dev | cut -d: -f1');
  expect(text.trim()).toBe('lo');
});
