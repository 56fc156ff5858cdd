import { join } from 'node:path';
import type { LakeElement } from '@vre/data-lake';
import type { Configuration } from '../configuration/configuration.ts';
import type { Installation } from '../installation/installation.ts';

/** The elements of this installation, for the lake and the storage door alike. */
export const storageElements = (
  installation: Installation,
  configuration: Configuration,
): readonly LakeElement[] =>
  configuration['storage-elements'].map(({ name, directory }) => ({
    name,
    pathPrefix: name.toLowerCase().replaceAll('_', '-'),
    directory: directory ?? join(installation.directory, 'elements', name),
  }));
