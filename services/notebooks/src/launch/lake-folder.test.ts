import { chmod, mkdir, mkdtemp, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeLakeFolder, visibleElements } from './lake-folder.ts';

let root = '';
const platformUid = process.getuid?.() ?? -1;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'vre-lake-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function element(name: string, mode: number) {
  const directory = join(root, name);
  await mkdir(directory);
  await chmod(directory, mode);
  return { name, directory };
}
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

it.skipIf(platformUid !== 0)('opens an element only where nobody else can get to it', async () => {
  const sheltered = await element('A', 0o700);
  expect(await visibleElements([sheltered], platformUid)).toEqual({ visible: [sheltered], sentences: [] });
  expect(await modeOf(sheltered.directory)).toBe(0o755);

  await chmod(root, 0o755);
  const reachable = await element('B', 0o700);
  const seen = await visibleElements([sheltered, reachable], platformUid);
  expect(seen.visible).toEqual([sheltered]);
  expect(seen.sentences).toEqual([expect.stringContaining('B is not shown in ~/lake')]);
  expect(await modeOf(reachable.directory)).toBe(0o700);
});

it('leaves out an element that is not there yet', async () => {
  const missing = { name: 'C', directory: join(root, 'C') };
  expect(await visibleElements([missing], platformUid)).toEqual({ visible: [], sentences: [] });
});

it('makes links to the elements, again and again', async () => {
  const a = await element('A', 0o755);
  const lake = join(root, 'lake');
  await makeLakeFolder(lake, [a]);
  await makeLakeFolder(lake, [a]);
  expect(await readlink(join(lake, 'A'))).toBe(a.directory);
});
