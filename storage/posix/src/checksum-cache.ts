/** Checksums by file version, the least recently used forgotten first. A changed file has another version. */
export type ChecksumCache = {
  get(version: string, algorithm: string): string | undefined;
  set(version: string, algorithm: string, checksum: string): void;
};

/** Keeps up to `capacity` checksums in memory (about 150 bytes each). */
export function createChecksumCache(capacity: number): ChecksumCache {
  const kept = new Map<string, string>();
  return {
    get(version, algorithm) {
      const key = `${algorithm} ${version}`;
      const found = kept.get(key);
      if (found !== undefined) {
        kept.delete(key);
        kept.set(key, found);
      }
      return found;
    },
    set(version, algorithm, checksum) {
      kept.set(`${algorithm} ${version}`, checksum);
      for (const oldest of kept.keys()) {
        if (kept.size <= capacity) return;
        kept.delete(oldest);
      }
    },
  };
}
