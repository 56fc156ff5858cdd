import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeStorageContract } from '@vre/storage-port/contract-suite';
import { expect, test } from 'vitest';
import { posixSubject } from './contract-subject.test-support.ts';
import { createFollowedStorage } from './index.ts';

describeStorageContract('posix, followed', () =>
  posixSubject((root) => createFollowedStorage({ root, fsync: 'never' })),
);

async function* text(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}

test('a root that goes is unavailable, and nothing is written into what was moved away; when one is back it is used', async () => {
  const home = await mkdtemp(join(tmpdir(), 'vre-followed-'));
  const root = join(home, 'disk');
  const storage = createFollowedStorage({ root, fsync: 'never' });
  await expect(storage.stat('')).rejects.toMatchObject({ code: 'unavailable' });
  await mkdir(root);
  await storage.write('a', text('1'), { overwrite: false });
  await rename(root, join(home, 'unplugged'));
  await expect(storage.write('b', text('2'), { overwrite: false })).rejects.toMatchObject({
    code: 'unavailable',
  });
  await mkdir(root);
  await storage.write('c', text('3'), { overwrite: false });
  expect(await readdir(join(home, 'unplugged'))).toEqual(['a']);
  expect(await readdir(root)).toEqual(['c']);
  storage.close();
  await rm(home, { recursive: true });
});
