import { type ReplicaRow, type ScopedName, scopedName } from '@vre/protocol-rucio';

/** A string literal of Python: JSON's escapes are a part of Python's. */
const literal = (text: string): string => JSON.stringify(text);

/** Downloads a data identifier into the working directory; `paths` holds where each file is. */
export const downloadLines = (did: ScopedName): string =>
  `from rucio.client.downloadclient import DownloadClient
items = DownloadClient().download_dids([{"did": ${literal(scopedName(did))}}])
paths = [path for item in items for path in item["dest_file_paths"]]`;

/** The same in a shell; the name is quoted for it. */
export const downloadCommand = (did: ScopedName): string =>
  `rucio download '${scopedName(did).replaceAll("'", `'\\''`)}'`;

/** Where a file lies in a notebook server: the element's folder below `~/lake`. */
export const inPlaceLines = (path: string): string =>
  `from pathlib import Path
path = Path.home() / ${literal(path)}`;

/** How Rucio writes a scope into the paths of deterministic elements. */
const scopeFolder = (scope: string): string =>
  scope.startsWith('user') || scope.startsWith('group') ? scope.replaceAll('.', '/') : scope;

/**
 * Path of a file below the home of a notebook server: `lake/<element>/<scope>/<two>/<two>/<name>`, from an available
 * replica at an element behind this platform's own storage door. `undefined` when there is none: other elements are not
 * mounted.
 */
export function pathInHome(
  { scope, name }: ScopedName,
  replica: Pick<ReplicaRow, 'pfns' | 'states'>,
  storageDoor: string,
): string | undefined {
  for (const [pfn, { rse }] of Object.entries(replica.pfns)) {
    if (replica.states[rse] !== 'AVAILABLE' || !isBehind(pfn, storageDoor)) continue;
    const path = decodeURIComponent(new URL(pfn.replace(/^davs:/, 'https:')).pathname);
    const folders = `/${scopeFolder(scope)}/`;
    const start = path.length - `${folders}aa/bb/${name}`.length;
    const tail = path.slice(start);
    const two = '[0-9a-f]{2}';
    const isHashed =
      start >= 0 &&
      tail.startsWith(folders) &&
      tail.endsWith(`/${name}`) &&
      new RegExp(`^${two}/${two}/$`).test(tail.slice(folders.length, folders.length + 6));
    if (isHashed) return `lake/${rse}${tail}`;
  }
  return undefined;
}

const isBehind = (pfn: string, storageDoor: string): boolean => {
  if (storageDoor === '' || !/^(davs|https|http):/.test(pfn)) return false;
  const door = new URL(storageDoor);
  return new URL(pfn.replace(/^davs:/, 'https:')).host === door.host;
};
