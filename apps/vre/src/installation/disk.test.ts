import { expect, test } from 'vitest';
import { examineDisk, type StatFileSystem, sentenceOnSpace } from './disk.ts';

const local = 0xef53;
const disk =
  (type: number, bavail: number, blocks = 1e6): StatFileSystem =>
  async () => ({ type, bsize: 4096, blocks, bavail });

test.each([
  ['NFS', 0x6969],
  ['CIFS', 0xff534d42],
  ['CIFS', 0xff534d42 | 0],
  ['SMB', 0xfe534d42],
  ['CephFS', 0x00c36400],
  ['Lustre', 0x0bd00bd0],
])('%s is a network file system', async (name, type) => {
  expect((await examineDisk('/data', disk(type, 1e6))).network).toBe(name);
});

test.each([
  ['roomy', 900_000, /^3686 MB|^4 GB of 4 GB free in \/data\.$/],
  ['scarce', 100_000, /^410 MB of 4 GB free in \/data: the disk is nearly full, free space/],
  ['full', 1000, /^4 MB of 4 GB free in \/data: the disk is full.*free at least 67 MB\.$/],
])('a disk of the machine is %s', async (verdict, bavail, sentence) => {
  const seen = await examineDisk('/data', disk(local, bavail));
  expect(seen).toMatchObject({ verdict, network: undefined });
  expect(sentenceOnSpace(seen)).toMatch(sentence);
});
