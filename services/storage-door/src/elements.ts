import { mkdir } from 'node:fs/promises';
import { isBelow, parseStoragePath, type StoragePath } from '@vre/protocol-webdav';
import type { StorageAdapter } from '@vre/storage-port';
import { createFollowedStorage, type PosixStorage, type PosixStorageOptions } from '@vre/storage-posix';

/** A storage element behind the door. */
export type DoorElement = {
  readonly name: string;
  readonly prefix: StoragePath;
  readonly storage: StorageAdapter;
};

/**
 * Where a path of the door leads: to a path within an element, or to a directory above the elements, which exists only
 * as the way to them.
 */
export type DoorLocation =
  | { readonly kind: 'element'; readonly element: DoorElement; readonly path: StoragePath }
  | { readonly kind: 'above'; readonly path: StoragePath };

/** Finds the place of a path of the door; `undefined` when nothing is there. */
export function locate(elements: readonly DoorElement[], path: StoragePath): DoorLocation | undefined {
  const holding = elements
    .filter((element) => isBelow(path, element.prefix))
    .sort((left, right) => right.prefix.length - left.prefix.length)[0];
  if (holding !== undefined)
    return { kind: 'element', element: holding, path: path.slice(holding.prefix.length) };
  return elements.some((element) => isBelow(element.prefix, path)) ? { kind: 'above', path } : undefined;
}

/** An element with the parts of its adapter that only its owner uses. */
export type OwnedElement = DoorElement & { readonly storage: PosixStorage };

/** A directory that the door serves below `/<pathPrefix>/`. */
export type DoorDirectory = {
  /** Name of the element, as the data lake knows it. */
  readonly name: string;
  /** One or more path segments, slashes around them optional: `local-a`. */
  readonly pathPrefix: string;
  /** Absolute directory that holds the files. */
  readonly directory: string;
};

/** The segments below which each element is served; throws when one has none or two elements share them. */
export function elementPrefixes(directories: readonly DoorDirectory[]): readonly StoragePath[] {
  const taken = new Set<string>();
  return directories.map(({ name, pathPrefix }) => {
    const prefix = parseStoragePath(`/${pathPrefix.replace(/^\//, '')}`);
    if (prefix === undefined || prefix.length === 0)
      throw new Error(
        `the storage element ${name} needs a path prefix such as "disk-1", not "${pathPrefix}"`,
      );
    if (taken.has(prefix.join('/')))
      throw new Error(
        `the path prefix "${pathPrefix}" belongs to another storage element than ${name} already`,
      );
    taken.add(prefix.join('/'));
    return prefix;
  });
}

/** Opens the elements; directories that are missing are made, for the platform's user alone. */
export async function openElements(
  directories: readonly DoorDirectory[],
  fsync: PosixStorageOptions['fsync'],
): Promise<readonly OwnedElement[]> {
  const prefixes = elementPrefixes(directories);
  return Promise.all(
    directories.map(async ({ name, directory }, index) => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const storage = createFollowedStorage({ root: directory, fsync });
      return { name, prefix: prefixes[index] ?? [], storage };
    }),
  );
}
