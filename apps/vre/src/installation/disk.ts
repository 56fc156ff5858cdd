import { stat, statfs as statFileSystem } from 'node:fs/promises';

/** What is asked of a file system; tests give their own. */
export type StatFileSystem = (path: string) => Promise<{
  readonly type: number;
  readonly bsize: number;
  readonly blocks: number;
  readonly bavail: number;
}>;

/** The file system of a directory. */
export type Disk = {
  readonly directory: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Name of the network file system it is; `undefined` for one of this machine. */
  readonly network: string | undefined;
  readonly verdict: 'roomy' | 'scarce' | 'full';
};

/** Less and PostgreSQL may not be able to write its log, without which it cannot even start. */
const leastFreeBytes = 64 * 2 ** 20;
/** Less, or less than this share, is worth a warning. */
const scarceBytes = 2e9;
const scarceShare = 0.05;

/** Magic numbers of statfs(2) and of the file systems' own headers. */
const networkFileSystems = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
  [0x01021997, '9P'],
  [0x00c36400, 'CephFS'],
  [0x0bd00bd0, 'Lustre'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x47504653, 'GPFS'],
  [0x19830326, 'BeeGFS'],
  [0x20030528, 'OrangeFS'],
  [0x73757245, 'Coda'],
]);

/** Looks at the file system of an existing directory. */
export async function examineDisk(directory: string, statfs: StatFileSystem = statFileSystem): Promise<Disk> {
  const { type, bsize, blocks, bavail } = await statfs(directory);
  const freeBytes = bavail * bsize;
  const totalBytes = blocks * bsize;
  const scarce = freeBytes < Math.max(scarceBytes, scarceShare * totalBytes);
  return {
    directory,
    freeBytes,
    totalBytes,
    // Some kernels hand out the number with its sign.
    network: networkFileSystems.get(type >>> 0),
    verdict: freeBytes < leastFreeBytes ? 'full' : scarce ? 'scarce' : 'roomy',
  };
}

/** How much is free where, and what to do when that is little. */
export function sentenceOnSpace({ directory, freeBytes, totalBytes, verdict }: Disk): string {
  const free = `${size(freeBytes)} of ${size(totalBytes)} free in ${directory}`;
  if (verdict === 'roomy') return `${free}.`;
  if (verdict === 'scarce') return `${free}: the disk is nearly full, free space or move to a larger one.`;
  return `${free}: the disk is full and nothing can be written; free at least ${size(leastFreeBytes)}.`;
}

const size = (bytes: number) =>
  bytes < 1e9 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e9).toFixed(0)} GB`;

/** Each file system below these directories once, the fullest first; directories that do not exist are left out. */
export async function examineDisks(
  directories: readonly string[],
  statfs?: StatFileSystem,
): Promise<readonly Disk[]> {
  const disks = new Map<number, Disk>();
  for (const directory of directories) {
    const there = await stat(directory).catch(() => undefined);
    if (there !== undefined && !disks.has(there.dev))
      disks.set(there.dev, await examineDisk(directory, statfs));
  }
  return [...disks.values()].sort((a, b) => a.freeBytes - b.freeBytes);
}
