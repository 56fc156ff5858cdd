import { join } from 'node:path';
import { pathPrefixOf } from '@vre/data-lake/config';
import type { StorageAdapter } from '@vre/storage-port';
import { createFollowedStorage } from '@vre/storage-posix';
import type { Configuration } from '../configuration/configuration.ts';
import type { Installation } from '../installation/installation.ts';

/** A directory that the storage door serves below `/<pathPrefix>/` and the lake knows as an element (RSE). */
export type StorageElement = {
  readonly name: string;
  readonly pathPrefix: string;
  readonly directory: string;
};

/** The elements of this installation, for the lake and the door alike. */
export const storageElements = (
  installation: Installation,
  configuration: Configuration,
): readonly StorageElement[] =>
  configuration['data-lake'].elements.map((element) => ({
    name: element.name,
    pathPrefix: pathPrefixOf(element),
    directory: element.directory ?? join(installation.directory, 'elements', element.name),
  }));

/** How the lake reaches the bytes of its own elements. */
export function storageOf(elements: readonly StorageElement[]): (rse: string) => StorageAdapter | undefined {
  const adapters = new Map(
    elements.map(({ name, directory }) => [name, createFollowedStorage({ root: directory })]),
  );
  return (rse) => adapters.get(rse);
}
