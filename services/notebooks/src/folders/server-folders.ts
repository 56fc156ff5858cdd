import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mount } from '@vre/compute-port';
import type { ServerParts } from '../servers/server-parts.ts';
import type { ServerOwner } from '../servers/server-store.ts';
import { presentHostFolders } from './host-folders.ts';
import { makeProjectFolders } from './project-folders.ts';
import { projectsOf } from './project-store.ts';
import { makeSharedFolder, sharedDirectory } from './shared-folder.ts';

/** A link that a start puts into the home, unless the person has something of that name. */
export type HomeLink = { readonly name: string; readonly target: string };

/** What a server sees besides the home and the lake. */
export type ServerFolders = {
  readonly mounts: readonly Mount[];
  readonly links: readonly HomeLink[];
  /** Numbers of the projects whose files the person may write. */
  readonly projects: readonly number[];
  /** What could not be shown, for the story of the start. */
  readonly sentences: readonly string[];
};

/**
 * Makes and lists scratch, project folders and the machine's own folders for one start. `settings` is the start's own
 * folder. Only a sandbox (`sandboxed`) can show scratch as `/shared` too; a plain process sees files where they are.
 */
export async function serverFolders(
  parts: Pick<ServerParts, 'database' | 'dataDirectory' | 'folders'>,
  owner: Pick<ServerOwner, 'issuer' | 'groups'>,
  settings: string,
  sandboxed: boolean,
): Promise<ServerFolders> {
  const { dataDirectory, folders } = parts;
  const projects = await projectsOf(parts.database.direct, owner.issuer, owner.groups);
  const own = await makeProjectFolders(join(dataDirectory, 'projects'), projects, folders.projectGroupId);
  const links = join(settings, 'projects');
  await mkdir(links, { recursive: true, mode: 0o755 });
  for (const { name, directory } of own) {
    await rm(join(links, name), { force: true });
    await symlink(directory, join(links, name));
  }
  const host = await presentHostFolders(folders.host);
  const shared = sharedDirectory(dataDirectory);
  if (folders.sharedKeepSeconds !== undefined) await makeSharedFolder(shared, folders.sharedKeepSeconds);
  const everybodys = (source: string, target = source): Mount => ({
    source,
    target,
    readOnly: false,
    shared: true,
  });
  return {
    mounts: [
      ...own.map(({ directory }) => everybodys(directory)),
      ...(folders.sharedKeepSeconds === undefined ? [] : [everybodys(shared)]),
      ...(folders.sharedKeepSeconds === undefined || !sandboxed ? [] : [everybodys(shared, '/shared')]),
      ...host.present.map((path) => ({ source: path, target: path, readOnly: true })),
    ],
    links: [
      ...(own.length === 0 ? [] : [{ name: 'projects', target: links }]),
      ...(folders.sharedKeepSeconds === undefined ? [] : [{ name: 'shared', target: shared }]),
    ],
    projects: projects.map(({ number }) => number),
    sentences: host.sentences,
  };
}
