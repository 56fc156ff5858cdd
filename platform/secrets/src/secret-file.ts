import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Reads a secret, without its final newline. Refuses a file that others may read. */
export async function readSecretFile(path: string): Promise<string> {
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) {
    throw new Error(`${path} may be read by other users: run "chmod 600 ${path}"`);
  }
  return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
}

/** Writes a secret that only the owner may read; fails when the file exists. Never half-written. */
export async function writeSecretFile(path: string, secret: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, `${secret}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(temporary, path);
  } finally {
    await unlink(temporary);
  }
}

/** The secret in a file, made at the first call (32 random bytes, base64url); safe when several processes start at once. */
export async function readOrCreateSecretFile(path: string): Promise<string> {
  try {
    return await readSecretFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  try {
    await writeSecretFile(path, randomBytes(32).toString('base64url'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readSecretFile(path);
}
