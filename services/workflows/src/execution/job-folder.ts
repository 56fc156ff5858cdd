import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openConfined } from '@vre/confined-files';

/** The places of one attempt of a job, outside the workspace. */
export type JobFolder = {
  readonly directory: string;
  /** The back-end's own: log, exit record. */
  readonly control: string;
  /** HOME of the job. */
  readonly home: string;
  /** Tokens and client configuration, renewed while the job runs. */
  readonly credentials: string;
  /** The person's file secrets. */
  readonly secrets: string;
};

export function jobFolder(directory: string): JobFolder {
  const at = (name: string) => join(directory, name);
  return {
    directory,
    control: at('control'),
    home: at('home'),
    credentials: at('credentials'),
    secrets: at('secrets'),
  };
}

export const jobFolderPath = (dataDirectory: string, runId: string, jobId: string, attempt: number): string =>
  join(dataDirectory, 'jobs', runId, `${jobId}.${attempt}`);

/** Makes the folder; repeated calls change nothing. Jobs of other uids may pass through, not look around. */
export async function makeJobFolder(directory: string): Promise<JobFolder> {
  const folder = jobFolder(directory);
  await mkdir(directory, { recursive: true, mode: 0o711 });
  for (const place of [folder.control, folder.home, folder.credentials]) {
    await mkdir(place, { recursive: true, mode: 0o700 });
  }
  await mkdir(folder.secrets, { recursive: true, mode: 0o711 });
  await chmod(folder.secrets, 0o711);
  return folder;
}

/** Removes what an ended job no longer needs: tokens, secrets, its home. The log stays. */
export async function tidyJobFolder(directory: string): Promise<void> {
  const files = await openConfined(directory).catch(() => undefined);
  if (files === undefined) return;
  try {
    for (const place of ['credentials', 'secrets', 'home']) {
      if ((await files.stat(place)) !== undefined) await files.removeTree(place);
    }
  } finally {
    files.close();
  }
}
