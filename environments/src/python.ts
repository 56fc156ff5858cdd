import { execFile } from 'node:child_process';
import { realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { EnvironmentError } from './environment-error.ts';

const run = promisify(execFile);

/** An interpreter of this machine. */
export type Interpreter = {
  readonly executable: string;
  /** Three numbers, e.g. 3.11.2. */
  readonly version: string;
  /** Installation root, which a job must be able to read. */
  readonly prefix: string;
  /** Whether any uid of this machine can run it. */
  readonly forEveryone: boolean;
};

const question =
  'import sys, json; print(json.dumps([sys.executable, sys.version.split()[0], sys.base_prefix, sys.implementation.name]))';

async function enterableByEveryone(path: string): Promise<boolean> {
  for (let at = await realpath(path); at !== '/'; at = dirname(at)) {
    if (((await stat(at)).mode & 0o005) !== 0o005 && ((await stat(at)).mode & 0o001) === 0) return false;
  }
  return true;
}

async function ask(command: string, env: NodeJS.ProcessEnv): Promise<Interpreter | undefined> {
  try {
    const { stdout } = await run(command, ['-I', '-c', question], { env, timeout: 20_000 });
    const [found, version, prefix, implementation] = JSON.parse(stdout) as string[];
    if (found === undefined || version === undefined || prefix === undefined) return undefined;
    if (implementation !== 'cpython') return undefined;
    const executable = await realpath(found);
    return { executable, version, prefix, forEveryone: await enterableByEveryone(executable) };
  } catch {
    return undefined; // not installed, or a version manager's stand-in without a version
  }
}

/** Whether 3.`minor` satisfies "this Python or one of the next two". */
export function versionFits(version: string, oldest: string): boolean {
  const minor = (text: string) => Number(text.split('.')[1]);
  return version.startsWith('3.') && minor(version) >= minor(oldest) && minor(version) <= minor(oldest) + 2;
}

/**
 * Finds an interpreter for `oldest` ("3.11") or up to two versions newer. One that every uid can run is
 * preferred over the first in PATH: below `/root` only root could use the environment.
 */
export async function findInterpreter(
  oldest: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Interpreter> {
  const minor = Number(oldest.split('.')[1]);
  const names = [minor, minor + 1, minor + 2].map((number) => `python3.${number}`);
  const folders = ['/usr/bin', '/usr/local/bin'];
  const candidates = [
    ...folders.flatMap((folder) => [...names, 'python3'].map((name) => join(folder, name))),
    ...names,
    'python3',
  ];
  let fallback: Interpreter | undefined;
  for (const candidate of candidates) {
    const found = await ask(candidate, env);
    if (found === undefined || !versionFits(found.version, oldest)) continue;
    if (found.forEveryone) return found;
    fallback ??= found;
  }
  if (fallback !== undefined) return fallback;
  throw new EnvironmentError(
    'no-python',
    `Python ${oldest} (or up to two versions newer) is not installed: apt-get install python3. ` +
      'Everything that needs no Python environment still works: sign-in, data lake, portal, and workflow steps in images that stand for the machine’s own programs.',
  );
}
