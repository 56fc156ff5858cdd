import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canEnter, canReach, hiddenAncestors } from './path-exposure.ts';

const owner = { uid: 23_456, gid: 23_456 };
let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vre-exposure-'));
  await chmod(root, 0o755);
  await mkdir(join(root, 'closed/inner/data'), { recursive: true });
  await mkdir(join(root, 'open/data'), { recursive: true });
  await writeFile(join(root, 'closed/inner/file'), '');
  await chmod(join(root, 'closed'), 0o700);
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('what a job’s uid can reach', () => {
  it.each([
    [0o700, 1, 1, false],
    [0o711, 1, 1, true],
    [0o710, 1, owner.gid, true],
    [0o701, 1, owner.gid, false],
    [0o100, owner.uid, 1, true],
    [0o077, owner.uid, owner.gid, false],
  ])('mode %o of %d:%d: %s', (mode, uid, gid, expected) => {
    expect(canEnter({ mode, uid, gid }, owner)).toBe(expected);
  });

  it('finds the outermost closed directory and what is needed below it', async () => {
    const [data, file] = [join(root, 'closed/inner/data'), join(root, 'closed/inner/file')];
    const needed = [
      { path: join(root, 'closed/inner/file'), readOnly: true },
      { path: join(root, 'closed/inner/data'), readOnly: true },
      { path: join(root, 'closed/inner/data'), readOnly: false },
      { path: join(root, 'open/data'), readOnly: false },
    ];
    expect(await hiddenAncestors(needed, owner)).toEqual([
      {
        hidden: join(root, 'closed'),
        paths: [
          { path: data, source: data, readOnly: false, isFile: false },
          { path: file, source: file, readOnly: true, isFile: true },
        ],
      },
    ]);
    await symlink(data, join(root, 'open/link'));
    expect(await hiddenAncestors([{ path: join(root, 'open/link'), readOnly: true }], owner)).toEqual([
      { hidden: join(root, 'closed'), paths: [{ path: data, source: data, readOnly: true, isFile: false }] },
    ]);
    expect(await canReach(join(root, 'open/data'), owner)).toBe(true);
    expect(await canReach(join(root, 'closed/inner'), owner)).toBe(false);
  });
});
