import { execFile } from 'node:child_process';
import { access, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type CommandRun, runLines } from './command.ts';
import { withDirectoryLock } from './directory-lock.ts';
import { EnvironmentError } from './environment-error.ts';

const run = promisify(execFile);
const version = '0.13.9';

async function works(program: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    return (await run(program, ['--version'], { env, timeout: 20_000 })).stdout.startsWith('uv ');
  } catch {
    return false;
  }
}

/** Whether a program's output says that the package index could not be reached. */
export function looksOffline(output: string): boolean {
  return /error sending request|dns error|failed to lookup|Temporary failure in name resolution|Connection refused|Network is unreachable|Failed to establish a new connection|connect timed out|operation timed out|Could not fetch URL|Failed to fetch|NewConnectionError/i.test(
    output,
  );
}

export const stillWorks =
  'Environments built earlier still work, and so does everything that needs none: sign-in, data lake, portal, and workflow steps in images that stand for the machine’s own programs.';

/**
 * The `uv` to build with: from PATH, from an earlier time below the data directory, or installed there with
 * pip, which touches nothing else of the machine.
 */
export async function findUv(
  dataDirectory: string,
  python: string,
  { env, report, signal }: CommandRun,
): Promise<string> {
  if (await works('uv', env)) return 'uv';
  const folder = join(dataDirectory, 'tools', 'uv');
  const own = join(folder, 'bin', 'uv');
  const present = () =>
    access(own, constants.X_OK).then(
      () => true,
      () => false,
    );
  if ((await present()) && (await works(own, env))) return own;
  await mkdir(join(dataDirectory, 'tools'), { recursive: true });
  await withDirectoryLock(`${folder}.lock`, signal, async () => {
    if ((await present()) && (await works(own, env))) return;
    report(`installing uv ${version} with pip into ${folder}`);
    const words = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-input',
      '--disable-pip-version-check',
      '--upgrade',
    ];
    const candidates = [...new Set([python, 'python3', '/usr/bin/python3'])];
    let output = '';
    for (const candidate of candidates) {
      const result = await runLines(candidate, [...words, '--target', folder, `uv==${version}`], {
        env,
        report,
        signal,
      });
      if (result.code === 0) return;
      output += result.output;
    }
    if (looksOffline(output)) {
      throw new EnvironmentError(
        'no-network',
        `uv cannot be installed: the package index is not reachable. ${stillWorks}`,
      );
    }
    const noPip = /No module named pip/.test(output);
    const hint = noPip
      ? 'there is neither uv nor pip here: apt-get install python3-pip, or install uv'
      : `pip said: ${output.trim().split('\n').at(-1)}`;
    throw new EnvironmentError('no-uv', `uv, which builds environments, is missing: ${hint}. ${stillWorks}`);
  });
  return own;
}
