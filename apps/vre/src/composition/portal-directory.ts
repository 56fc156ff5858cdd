import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the built portal lies; the folder is missing when it was not built. */
export const portalDirectory = (): string =>
  join(dirname(fileURLToPath(import.meta.resolve('@vre/portal/package.json'))), 'dist');
