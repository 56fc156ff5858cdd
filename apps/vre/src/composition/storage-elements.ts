import { join } from 'node:path';
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
  configuration['storage-elements'].map(({ name, directory }) => ({
    name,
    pathPrefix: name.toLowerCase(),
    directory: directory ?? join(installation.directory, 'elements', name),
  }));
