import { stat } from 'node:fs/promises';
import { openConfined } from '@vre/confined-files';

/** Replaces one file as a whole (0600), owned by whoever owns the directory by now: the job's uid once it was submitted. */
export async function writeCredential(credentials: string, name: string, content: string): Promise<void> {
  const { uid, gid } = await stat(credentials);
  const owner = process.getuid?.() === 0 ? { uid, gid } : undefined;
  const files = await openConfined(credentials, { fileMode: 0o600, owner, fsync: 'never' });
  try {
    await files.writeFile(name, content, { overwrite: true });
  } finally {
    files.close();
  }
}
