import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Project } from './project-store.ts';

/** A project's folder as its members see it: by name below `~/projects`. */
export type ProjectFolder = { readonly name: string; readonly directory: string };

/** A group as one name of a path: `/km3net/orca` is `km3net-orca`. */
export const folderNameOf = (group: string): string =>
  group
    .replace(/^\/+/, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^\.+/, '') || 'group';

/**
 * Makes the folders. Where accounts have uids of their own, each belongs to a group id of its own (2770): who has not
 * that group, cannot even look; new files belong to the group. Elsewhere all jobs share the platform's uid, and only
 * the sandbox of a member shows the folder. `groupIdOf` is undefined there.
 */
export async function makeProjectFolders(
  parent: string,
  projects: readonly Project[],
  groupIdOf: ((project: Project) => number) | undefined,
): Promise<readonly ProjectFolder[]> {
  await mkdir(parent, { recursive: true, mode: 0o711 });
  await chmod(parent, 0o711);
  const taken = new Set<string>();
  const folders: ProjectFolder[] = [];
  for (const project of projects) {
    const directory = join(parent, String(project.number));
    await mkdir(directory, { recursive: true, mode: 0o700 });
    if (groupIdOf !== undefined) {
      await chown(directory, process.getuid?.() ?? 0, groupIdOf(project));
      await chmod(directory, 0o2770);
    }
    const plain = folderNameOf(project.group);
    const name = taken.has(plain) ? `${plain}-${project.number}` : plain;
    taken.add(name);
    folders.push({ name, directory });
  }
  return folders;
}
