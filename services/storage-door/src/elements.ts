import { mkdir } from 'node:fs/promises';
import { isBelow, parseStoragePath, type StoragePath } from '@vre/protocol-webdav';
import type { StorageAdapter } from '@vre/storage-port';
import { createPosixStorage, type PosixStorage } from '@vre/storage-posix';
import type { StorageDoorConfig } from './storage-door-config.ts';

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

/** Opens the configured elements; roots that are missing are made, readable for the platform's user alone. */
export async function openElements(config: StorageDoorConfig): Promise<readonly OwnedElement[]> {
  const opened: OwnedElement[] = [];
  for (const { name, root, 'path-prefix': prefix } of config.elements) {
    await mkdir(root, { recursive: true, mode: 0o700 });
    const storage = await createPosixStorage({ root, fsync: config.fsync });
    opened.push({ name, prefix: parseStoragePath(prefix) ?? [], storage });
  }
  return opened;
}
