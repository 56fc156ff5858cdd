/** Files of users, opened so that no symbolic link and no swapped directory leads outside their root. */
export type { ConfinedEntry, ConfinedEntryKind } from './confined-entry.ts';
export { type ConfinedFiles, type ConfinedFilesOptions, openConfined } from './confined-files.ts';
export { ConfinedFilesError, type ConfinedFilesErrorCode } from './confined-files-error.ts';
export { confinedSegments } from './confined-path.ts';
export type { Confinement } from './directory-anchor.ts';
export type { FsyncPolicy, PartFile } from './part-file.ts';
export { isPartName, partName } from './part-name.ts';
