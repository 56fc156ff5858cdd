import { type ConfinedFiles, ConfinedFilesError } from '@vre/confined-files';
import { messages, ReanaError } from '@vre/protocol-reana';
import { selectFiles, workspacePath } from './workspace-listing.ts';

type Removal = {
  readonly deleted: Record<string, { readonly size: number }>;
  readonly failed: Record<string, { readonly error: string }>;
};

/** Removes a file, a directory with its content, or what matches a pattern; tells what was freed. */
export async function removeFiles(files: ConfinedFiles, pathOrPattern: string): Promise<Removal> {
  const path = workspacePath(pathOrPattern);
  if (path === '') throw new ReanaError(400, 'The workspace itself cannot be removed: delete the run.');
  const there = await files.stat(path);
  const { entries } = await selectFiles(files, path);
  if (there === undefined && entries.length === 0)
    throw new ReanaError(404, messages.noSuchFile(pathOrPattern));
  const answer: Removal = { deleted: {}, failed: {} };
  const targets = entries.length > 0 ? entries : there === undefined ? [] : [there];
  for (const entry of targets) {
    try {
      await files.removeTree(entry.path);
      answer.deleted[entry.path] = { size: entry.bytes };
    } catch (error) {
      if (!(error instanceof ConfinedFilesError)) throw error;
      answer.failed[entry.path] = { error: error.message };
    }
  }
  if (there?.kind === 'directory' && Object.keys(answer.failed).length === 0) await files.removeTree(path);
  return answer;
}

/** Moves a file, a directory or what matches a pattern; into the target when that is a directory. */
export async function moveFiles(files: ConfinedFiles, source: string, target: string): Promise<void> {
  const from = inside(source);
  const to = inside(target);
  const there = await files.stat(from);
  const sources = there !== undefined ? [there] : (await selectFiles(files, from)).entries;
  if (sources.length === 0) throw new ReanaError(404, messages.noSuchFile(source));
  const directory = to === '' || target.endsWith('/') || (await files.stat(to))?.kind === 'directory';
  if (sources.length > 1 && !directory) {
    throw new ReanaError(409, `${source} names several files: the target must be a directory.`);
  }
  for (const entry of sources) {
    const name = entry.path.split('/').at(-1) as string;
    const destination = directory ? [to, name].filter((part) => part !== '').join('/') : to;
    if (destination === entry.path) continue;
    if (`${destination}/`.startsWith(`${entry.path}/`)) {
      throw new ReanaError(409, `${source} cannot be moved into itself.`);
    }
    await files.rename(entry.path, destination, { overwrite: false });
  }
}

/** Paths that leave the workspace are a conflict here, as clients know it. */
function inside(path: string): string {
  try {
    return workspacePath(path);
  } catch (error) {
    throw new ReanaError(409, `${(error as Error).message} Files can only be moved within the workspace.`, {
      cause: error,
    });
  }
}
