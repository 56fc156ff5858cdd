import { chmod, mkdir, rename, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writePage } from '../folders/shared-folder.ts';

/** A local storage element that servers can read. */
export type VisibleElement = { readonly name: string; readonly directory: string };

/** Where a server sees the files of an element. */
export const lakePath = (lake: string, element: string): string => join(lake, element);

/**
 * Which elements servers may be shown, with their directories opened as far as needed and no further. The platform
 * makes element directories for itself (0700); servers run as other users. One that lies in a directory which nobody
 * else may enter becomes readable (0755) without becoming reachable: only servers get it, read-only, in a private mount.
 * Any other closed directory stays closed, with a sentence that says so.
 */
export async function visibleElements(
  elements: readonly VisibleElement[],
  platformUid: number,
): Promise<{ readonly visible: readonly VisibleElement[]; readonly sentences: readonly string[] }> {
  const visible: VisibleElement[] = [];
  const sentences: string[] = [];
  for (const element of elements) {
    const own = await stat(element.directory).catch(() => undefined);
    if (own === undefined) continue;
    const readable = (own.mode & 0o005) === 0o005 || platformUid !== 0;
    const above = await stat(dirname(element.directory));
    const sheltered = own.uid === platformUid && above.uid === platformUid && (above.mode & 0o077) === 0;
    if (!readable && sheltered) await chmod(element.directory, 0o755);
    if (readable || sheltered) visible.push(element);
    else {
      sentences.push(
        `${element.name} is not shown in ~/lake: only uid ${own.uid} may read ${element.directory}; the operator can allow others to (chmod o+rx).`,
      );
    }
  }
  return { visible, sentences };
}

/** Makes the folder of links that `~/lake` leads to; the same for everybody. */
export async function makeLakeFolder(directory: string, elements: readonly VisibleElement[]): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  for (const { name, directory: target } of elements) {
    const part = join(directory, `.${name}.${process.pid}`);
    await symlink(target, part);
    await rename(part, lakePath(directory, name));
  }
  await writePage(directory, lakePage(elements));
}

const lakePage = (
  elements: readonly VisibleElement[],
): string => `The data lake, read-only: files of storage elements of this machine, without a download.

${elements.map(({ name }) => `  ${name}/`).join('\n') || '  (no storage element lies on this machine)'}

Everybody who is signed in may read everything here, as the lake itself allows. Files of other elements are fetched with
"rucio download SCOPE:NAME". Where a file lies in here is the lake's affair and may change: ask "rucio replica list file
SCOPE:NAME", or take it from the data lake's panel in JupyterLab, which adds it to a variable of your notebook.
To put something into the lake: rucio upload --rse ELEMENT FILE.
`;
