/** Why a path must not be used in a workspace, as the end of a sentence; `undefined` when it is fine. */
export function unsafePath(path: string): string | undefined {
  if (path.trim() === '') return 'is empty';
  if (path.includes('\0')) return 'contains a NUL character';
  if (path.startsWith('/')) return 'is absolute, name it relative to the workspace';
  if (path.split('/').includes('..')) return 'leads out of the workspace with ".."';
  return undefined;
}
