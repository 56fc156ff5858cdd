import { type ConfinedFiles, isPartName } from '@vre/confined-files';

/** Bytes of files and of directories with everything below, largest first; `total` counts every file once. */
export async function diskUsageOf(files: ConfinedFiles): Promise<{
  readonly total: number;
  readonly entries: readonly { readonly path: string; readonly bytes: number }[];
}> {
  const bytesOf = new Map<string, number>();
  let total = 0;
  for await (const entry of files.walk('')) {
    if (entry.kind === 'directory') {
      bytesOf.set(entry.path, bytesOf.get(entry.path) ?? 0);
      continue;
    }
    if (isPartName(entry.path.slice(entry.path.lastIndexOf('/') + 1))) continue;
    total += entry.bytes;
    bytesOf.set(entry.path, entry.bytes);
    for (let slash = entry.path.lastIndexOf('/'); slash > 0; slash = entry.path.lastIndexOf('/', slash - 1)) {
      const directory = entry.path.slice(0, slash);
      bytesOf.set(directory, (bytesOf.get(directory) ?? 0) + entry.bytes);
    }
  }
  const entries = [...bytesOf].map(([path, bytes]) => ({ path, bytes }));
  entries.sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1));
  return { total, entries };
}
