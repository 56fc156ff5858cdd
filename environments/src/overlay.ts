import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BuiltEnvironment } from './build.ts';
import { EnvironmentError } from './environment-error.ts';
import { sitePackages } from './site-packages.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../python-programs/make_overlay.py', import.meta.url));

/** Whose rights something is done with; without it, this process's own. */
export type OverlayOwner = { readonly uid: number; readonly gid: number };

/** What makes or refreshes an overlay, as a command: run it with the rights of the person whom the folder belongs to. */
export async function overlayCommand(
  overlay: string,
  below: BuiltEnvironment,
): Promise<readonly [string, ...string[]]> {
  const program = await readFile(script, 'utf8');
  const python = join(below.binDirectory, 'python');
  return [python, '-I', '-c', program, overlay, await sitePackages(below.directory)];
}

/**
 * Makes a person's overlay the first time (0.2 s), and lets a changed environment be seen through it later; what the
 * person installed stays. The folder is the person's, who may have put anything there: everything in it is done by a
 * process with the person's rights, never with this one's.
 * @throws EnvironmentError `overlay-failed`.
 */
export async function makeOverlay(
  overlay: string,
  below: BuiltEnvironment,
  owner: OverlayOwner | undefined,
): Promise<void> {
  const [python, ...words] = await overlayCommand(overlay, below);
  try {
    await run(python, words, { ...owner, cwd: '/', env: { PATH: '/usr/bin:/bin' }, timeout: 30_000 });
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    throw new EnvironmentError(
      'overlay-failed',
      `The folder for own packages, ${overlay}, cannot be prepared: ${stderr.trim().split('\n').at(-1) || message}. ` +
        'Move it away and start again; packages installed there have to be installed anew.',
      { cause: error },
    );
  }
}
