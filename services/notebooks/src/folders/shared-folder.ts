import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const readMe = 'README.txt';

/** Where everybody's scratch lies below the service's data directory. */
export const sharedDirectory = (dataDirectory: string): string => join(dataDirectory, 'shared');

/** Makes the folder (sticky: everybody writes, nobody removes what is another's) with a page that tells the rule. */
export async function makeSharedFolder(directory: string, keepSeconds: number): Promise<void> {
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o1777);
  const days = Math.max(1, Math.round(keepSeconds / 86_400));
  await writePage(
    directory,
    `Scratch space that everybody with a notebook server here shares.

Everybody can read what is here. Make a folder of your own; you alone can remove your files.
A file that nobody read or wrote for ${days} ${days === 1 ? 'day' : 'days'} is removed without asking, and an empty folder too.
Nothing here is backed up: what you want to keep belongs in the data lake.
`,
  );
}

/** Written beside and renamed: a folder that people write in may hold a link of that name. */
export async function writePage(directory: string, text: string): Promise<void> {
  const part = join(directory, `.${readMe}.${process.pid}.${performance.now()}`);
  await writeFile(part, text, { mode: 0o644, flag: 'wx' });
  await rename(part, join(directory, readMe));
}
