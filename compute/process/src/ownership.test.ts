import { link, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { belongsTo, giveTo } from './ownership.ts';

it('gives the platform’s files to the job, but nothing through links', async (context) => {
  if (process.getuid?.() !== 0) context.skip('only root can give files away');
  const root = await mkdtemp(join(tmpdir(), 'vre-ownership-'));
  try {
    const workspace = join(root, 'workspace');
    await mkdir(join(workspace, 'inner'), { recursive: true });
    await writeFile(join(root, 'secret'), '');
    await writeFile(join(root, 'linked'), '');
    await writeFile(join(workspace, 'inner', 'file'), '');
    await symlink(join(root, 'secret'), join(workspace, 'symbolic'));
    await link(join(root, 'linked'), join(workspace, 'hard'));
    const owner = { uid: 20_001, gid: 20_001 };
    expect(await belongsTo(workspace, owner)).toBe(false);
    await giveTo(workspace, owner, 0);
    expect(await belongsTo(workspace, owner)).toBe(true);
    const uidOf = async (path: string) => (await stat(join(root, path))).uid;
    expect(await uidOf('workspace')).toBe(20_001);
    expect(await uidOf('workspace/inner/file')).toBe(20_001);
    expect(await uidOf('secret')).toBe(0);
    expect(await uidOf('linked')).toBe(0);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
