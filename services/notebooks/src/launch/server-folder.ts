import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openConfined } from '@vre/confined-files';

/** The places of one start of a server. */
export type ServerFolder = {
  readonly directory: string;
  /** The back-end's own: log, exit record. */
  readonly control: string;
  /** Tokens and client configuration, renewed while the server runs; belongs to the job's uid. */
  readonly credentials: string;
  /** Configuration and kernel specifications that the server only reads. */
  readonly settings: string;
  /** The variables that are secret, as a file. */
  readonly secrets: string;
  /** An empty home for a start whose person's own is full. */
  readonly rescueHome: string;
};

export const serversDirectory = (dataDirectory: string): string => join(dataDirectory, 'servers');
export const homeDirectory = (dataDirectory: string, accountId: string): string =>
  join(dataDirectory, 'homes', accountId);
export const overlayDirectory = (dataDirectory: string, accountId: string, environment: string): string =>
  join(dataDirectory, 'overlays', accountId, environment);

/** Name of a start's folder: another start, another folder. */
export const folderName = (serverId: string, startNumber: number): string => `${serverId}.${startNumber}`;

export function serverFolder(directory: string): ServerFolder {
  const at = (name: string) => join(directory, name);
  return {
    directory,
    control: at('control'),
    credentials: at('credentials'),
    settings: at('settings'),
    secrets: at('secrets'),
    rescueHome: at('rescue-home'),
  };
}

/** Makes the folder; repeated calls change nothing. Servers of other uids may pass through, not look around. */
export async function makeServerFolder(directory: string): Promise<ServerFolder> {
  const folder = serverFolder(directory);
  await mkdir(directory, { recursive: true, mode: 0o711 });
  for (const place of [folder.control, folder.credentials])
    await mkdir(place, { recursive: true, mode: 0o700 });
  await mkdir(folder.secrets, { recursive: true, mode: 0o711 });
  await mkdir(folder.settings, { recursive: true, mode: 0o755 });
  return folder;
}

/** Makes a directory that becomes the person's own at the first start. Those above it can be passed through. */
export async function makePrivate(directory: string, above: string): Promise<void> {
  await mkdir(above, { recursive: true, mode: 0o711 });
  await chmod(above, 0o711);
  await mkdir(directory, { recursive: true, mode: 0o700 });
}

/** Removes what an ended server no longer needs: tokens and configuration. The log stays until the next start. */
export async function tidyServerFolder(directory: string): Promise<void> {
  const files = await openConfined(directory).catch(() => undefined);
  if (files === undefined) return;
  try {
    for (const place of ['credentials', 'secrets', 'settings', 'rescue-home']) {
      if ((await files.stat(place)) !== undefined) await files.removeTree(place);
    }
  } finally {
    files.close();
  }
}

/** All folders of starts below a data directory, by name. */
export const serverFolders = (dataDirectory: string): Promise<readonly string[]> =>
  readdir(serversDirectory(dataDirectory)).catch(() => []);

/** Removes the whole folder of a start that is over. The job wrote in there: no link is followed. */
export async function removeServerFolder(dataDirectory: string, name: string): Promise<void> {
  const files = await openConfined(serversDirectory(dataDirectory)).catch(() => undefined);
  try {
    if ((await files?.stat(name)) !== undefined) await files?.removeTree(name);
  } finally {
    files?.close();
  }
}
