import type { BigIntStats } from 'node:fs';

/** What is found at a path; a link is reported as such and never followed. */
export type ConfinedEntryKind = 'file' | 'directory' | 'link' | 'other';

/** One entry below the root. Two entries with equal `version` hold the same bytes, clock ticks aside. */
export type ConfinedEntry = {
  /** Relative to the root; the root itself is `''`. */
  readonly path: string;
  readonly kind: ConfinedEntryKind;
  /** 0 for everything but files. */
  readonly bytes: number;
  readonly modifiedAt: Date;
  /** When a file was last read, written, renamed or otherwise changed; reading a directory does not count. */
  readonly touchedAt: Date;
  /** Number of the file within its file system; kept by a rename. */
  readonly inode: bigint;
  /** Device, inode, size, and times of content and inode, as one opaque word. */
  readonly version: string;
};

/** The entry that a stat (not following links) describes. */
export function confinedEntry(path: string, stats: BigIntStats): ConfinedEntry {
  const kind = stats.isFile()
    ? 'file'
    : stats.isDirectory()
      ? 'directory'
      : stats.isSymbolicLink()
        ? 'link'
        : 'other';
  const words = [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs];
  return {
    path,
    kind,
    bytes: kind === 'file' ? Number(stats.size) : 0,
    modifiedAt: stats.mtime,
    touchedAt: new Date(
      Math.max(...[stats.mtime, stats.ctime, ...(kind === 'directory' ? [] : [stats.atime])].map(Number)),
    ),
    inode: stats.ino,
    version: words.map((word) => word.toString(36)).join('-'),
  };
}
