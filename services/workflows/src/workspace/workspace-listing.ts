import { setImmediate as breathe } from 'node:timers/promises';
import { type ConfinedEntry, type ConfinedFiles, isPartName } from '@vre/confined-files';
import { ReanaError, unsafePath, wireBytes, wireTime } from '@vre/protocol-reana';
import { globMatcher, isGlob } from './glob.ts';

/** More files than this are not listed in one answer. */
const mostFiles = 100_000;
/** Longer patterns are refused, in letters: matching takes time in proportion to it. */
const longestPattern = 1000;
/** Milliseconds of matching at a stretch; then other requests get their turn. */
const stretch = 10;

/** A path as clients write it (`/a`, `./a`, `a//b`) relative to the workspace; 400 when it leads out of it. */
export function workspacePath(given: string): string {
  const path = given
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .join('/');
  const reason = unsafePath(path === '' ? '.' : path);
  if (reason !== undefined) throw new ReanaError(400, `"${given}" ${reason}.`);
  return path;
}

/** All regular files below a directory, unfinished uploads left out, in name order within each directory. */
export async function filesBelow(files: ConfinedFiles, directory: string): Promise<readonly ConfinedEntry[]> {
  const found: ConfinedEntry[] = [];
  for await (const entry of files.walk(directory)) {
    if (entry.kind !== 'file' || isPartName(entry.path.slice(entry.path.lastIndexOf('/') + 1))) continue;
    found.push(entry);
    if (found.length > mostFiles) {
      throw new ReanaError(
        400,
        `Too many files to display (more than ${mostFiles}): name a directory or a pattern.`,
      );
    }
  }
  return found;
}

/** What a path or pattern names: the file itself, the files of the directory, or the files that match. */
export async function selectFiles(
  files: ConfinedFiles,
  pathOrPattern: string,
): Promise<{ readonly single: boolean; readonly entries: readonly ConfinedEntry[] }> {
  const path = workspacePath(pathOrPattern);
  const entry = path === '' ? undefined : await files.stat(path);
  if (entry?.kind === 'file') return { single: true, entries: [entry] };
  if (path === '' || entry?.kind === 'directory') {
    return { single: false, entries: await filesBelow(files, path) };
  }
  if (!isGlob(path)) return { single: false, entries: [] };
  if (path.length > longestPattern) {
    throw new ReanaError(400, `The pattern is too long: ${longestPattern} letters at most.`);
  }
  return { single: false, entries: await matching(await filesBelow(files, ''), globMatcher(path)) };
}

async function matching(
  entries: readonly ConfinedEntry[],
  matches: (path: string) => boolean,
): Promise<readonly ConfinedEntry[]> {
  const found: ConfinedEntry[] = [];
  let pause = performance.now() + stretch;
  for (const entry of entries) {
    if (matches(entry.path)) found.push(entry);
    if (performance.now() < pause) continue;
    await breathe();
    pause = performance.now() + stretch;
  }
  return found;
}

/** A file as `ls` shows it. */
export const wireFile = (entry: ConfinedEntry) => ({
  name: entry.path,
  'last-modified': wireTime(entry.modifiedAt),
  size: wireBytes(entry.bytes),
});

type WireFile = ReturnType<typeof wireFile>;

/** Keeps files whose values hold one of the given texts in any case, for every key asked for. `search` is JSON. */
export function searchFiles(files: readonly WireFile[], search: string | undefined): readonly WireFile[] {
  if (search === undefined || search === '') return files;
  const wanted = parseSearch(search);
  return files.filter((file) => {
    const values: Record<string, readonly string[]> = {
      name: [file.name],
      size: [String(file.size.raw), file.size.human_readable],
      'last-modified': [file['last-modified']],
    };
    return Object.entries(wanted).every(([key, texts]) =>
      texts.some((text) =>
        (Object.hasOwn(values, key) ? (values[key] ?? []) : []).some((value) =>
          value.toLowerCase().includes(text.toLowerCase()),
        ),
      ),
    );
  });
}

/** `{"name": ["a"]}` or `{"name": "a"}`; 400 when it is not JSON. */
export function parseSearch(search: string): Readonly<Record<string, readonly string[]>> {
  let value: unknown;
  try {
    value = JSON.parse(search);
  } catch (error) {
    throw new ReanaError(400, 'The search must be JSON such as {"name": ["text"]}.', { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ReanaError(400, 'The search must be JSON such as {"name": ["text"]}.');
  }
  return Object.fromEntries(Object.entries(value).map(([key, texts]) => [key, [texts].flat().map(String)]));
}
