import { ConfinedFilesError } from './confined-files-error.ts';

/** The longest file name Linux file systems store, in bytes. */
const longestName = 255;

/**
 * Segments of a path relative to a root; the root itself is `''` and gives none. Refuses (`invalid-path`) empty,
 * `.` and `..` segments, leading and trailing slashes, NUL, lone surrogates and names above 255 bytes.
 */
export function confinedSegments(path: string): readonly string[] {
  if (path === '') return [];
  // A lone surrogate would be written as U+FFFD, so that two names would mean one file.
  if (path.includes('\0') || /\p{Surrogate}/u.test(path)) throw invalid(path);
  const segments = path.split('/');
  for (const segment of segments) {
    if (segment === '' || segment === '.' || segment === '..') throw invalid(path);
    if (segment.length > longestName / 4 && Buffer.byteLength(segment) > longestName) throw invalid(path);
  }
  return segments;
}

/** As {@link confinedSegments}, but split into the parent's segments and the last name; the root is refused. */
export function parentAndName(path: string): { readonly parent: readonly string[]; readonly name: string } {
  const segments = confinedSegments(path);
  const name = segments.at(-1);
  if (name === undefined) throw new ConfinedFilesError('invalid-path', 'the root itself cannot be changed');
  return { parent: segments.slice(0, -1), name };
}

function invalid(path: string): ConfinedFilesError {
  return new ConfinedFilesError('invalid-path', `${JSON.stringify(path)} is not a path below the root`);
}
