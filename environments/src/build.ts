import { createHash } from 'node:crypto';
import { access, chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { type CommandRun, runLines } from './command.ts';
import type { Environment } from './declaration.ts';
import { withDirectoryLock } from './directory-lock.ts';
import { EnvironmentError } from './environment-error.ts';
import { findInterpreter, type Interpreter } from './python.ts';
import { findUv, looksOffline, stillWorks } from './uv.ts';

/** Raised when environments built by older code must be built again. */
const builderVersion = 1;

export type BuildOptions = {
  /** The installation's data directory: `environments/`, `tools/` and `cache/` below it are used. */
  readonly dataDirectory: string;
  /** Hears one line at a time. */
  readonly report?: (line: string) => void;
  readonly signal?: AbortSignal;
  /** Environment variables of the builder. Default: this process's. */
  readonly env?: NodeJS.ProcessEnv;
};

/** An environment ready for use; it never changes. */
export type BuiltEnvironment = {
  readonly name: string;
  readonly directory: string;
  /** Folder of its programs, to be the first of PATH. */
  readonly binDirectory: string;
  /** Paths that a job must be able to read: mount them read-only. */
  readonly paths: readonly string[];
  readonly python: string;
};

/** Variables that would make Python or uv look elsewhere, or not write byte code. */
const unwanted =
  /^(PYTHON.*|VIRTUAL_ENV|CONDA_.*|UV_PYTHON.*|UV_CACHE_DIR|UV_LINK_MODE|UV_PROJECT.*|PIP_TARGET|PIP_USER|PIP_REQUIRE_VIRTUALENV|LD_LIBRARY_PATH|LD_PRELOAD)$/;

/** The builder's environment variables. */
export function builderVariables(env: NodeJS.ProcessEnv, dataDirectory: string): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !unwanted.test(name));
  return {
    ...Object.fromEntries(kept),
    UV_CACHE_DIR: join(dataDirectory, 'cache', 'uv'),
    UV_LINK_MODE: 'hardlink',
    UV_PYTHON_DOWNLOADS: 'never',
    UV_NO_PROGRESS: '1',
    NO_COLOR: '1',
  };
}

/** The name of an environment's directory: changes with its lock, the interpreter and the builder. */
export function environmentDirectoryName(
  { name, lock }: Pick<Environment, 'name' | 'lock'>,
  interpreter: Pick<Interpreter, 'version' | 'executable'>,
): string {
  const ingredients = [lock, interpreter.version, interpreter.executable, platform(), arch(), builderVersion];
  const hash = createHash('sha256').update(JSON.stringify(ingredients)).digest('hex').slice(0, 16);
  return `${name}-${hash}`;
}

/** What a job needs in its environment to use a built one. */
export function environmentVariables(built: BuiltEnvironment): Readonly<Record<string, string>> {
  return {
    PATH: `${built.binDirectory}:/usr/local/bin:/usr/bin:/bin`,
    VIRTUAL_ENV: built.directory,
  };
}

function described(environment: Environment, directory: string, interpreter: Interpreter): BuiltEnvironment {
  return {
    name: environment.name,
    directory,
    binDirectory: join(directory, 'bin'),
    paths: interpreter.forEveryone ? [directory] : [directory, interpreter.prefix],
    python: interpreter.version,
  };
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * The environment, built if it is not there yet. Built under another name and renamed when it passed its
 * smoke test, so that a directory with the final name is always whole; of two builders one waits.
 * @throws EnvironmentError saying what is missing and what still works.
 */
export async function buildEnvironment(
  environment: Environment,
  { dataDirectory, report = () => undefined, signal, env = process.env }: BuildOptions,
): Promise<BuiltEnvironment> {
  const variables = builderVariables(env, dataDirectory);
  const interpreter = await findInterpreter(environment.python, variables);
  const parent = join(dataDirectory, 'environments');
  const directory = join(parent, environmentDirectoryName(environment, interpreter));
  const built = described(environment, directory, interpreter);
  if (await exists(directory)) {
    // Those built earlier kept uv's lock as it was: writable for everybody.
    await chmod(join(directory, '.lock'), 0o644).catch(() => undefined);
    return built;
  }
  await mkdir(parent, { recursive: true });
  // What uv keeps there is nobody else's business, and its locks are writable for everybody.
  const cache = join(dataDirectory, 'cache');
  await mkdir(cache, { recursive: true });
  await chmod(cache, 0o700);
  const run: CommandRun = { env: variables, report, signal };
  const uv = await findUv(dataDirectory, interpreter.executable, run);
  return withDirectoryLock(`${directory}.lock`, signal, async () => {
    if (await exists(directory)) return built;
    await removeUnfinished(parent, `${environmentDirectoryName(environment, interpreter)}.building-`);
    const unfinished = await mkdtemp(`${directory}.building-`);
    try {
      report(`building environment ${environment.name} with Python ${interpreter.version}`);
      await fill(environment, unfinished, interpreter, uv, run);
      await rename(unfinished, directory);
      report(`environment ${environment.name} is ready`);
      return built;
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      throw error;
    }
  });
}

/** What a builder that was killed left behind; the lock is ours, so nobody works there. */
async function removeUnfinished(parent: string, prefix: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (name.startsWith(prefix)) await rm(join(parent, name), { recursive: true, force: true });
  }
}

async function fill(
  environment: Environment,
  directory: string,
  interpreter: Interpreter,
  uv: string,
  run: CommandRun,
): Promise<void> {
  const step = async (what: string, program: string, words: readonly string[], env = run.env) => {
    const { code, output } = await runLines(program, words, { ...run, env });
    if (code === 0) return;
    if (looksOffline(output)) {
      throw new EnvironmentError(
        'no-network',
        `Environment ${environment.name} cannot be built: the package index is not reachable. ${stillWorks}`,
      );
    }
    throw new EnvironmentError(
      'build-failed',
      `Environment ${environment.name} cannot be built, ${what} failed: ${lastLines(output)}`,
    );
  };
  // Relocatable: it gets its final name only when it is whole. --allow-existing: the directory is reserved.
  const python = ['--python', interpreter.executable];
  await step('making it', uv, [
    'venv',
    '--relocatable',
    '--allow-existing',
    '--no-project',
    ...python,
    directory,
  ]);
  const lock = join(directory, 'requirements.lock');
  await writeFile(lock, environment.lock);
  const target = ['--python', join(directory, 'bin', 'python')];
  await step('installing', uv, ['pip', 'sync', '--compile-bytecode', ...target, lock]);
  const [program = 'true', ...words] = environment.smokeTest;
  const PATH = `${join(directory, 'bin')}:${run.env.PATH ?? '/usr/bin:/bin'}`;
  await step('its smoke test', program, words, { ...run.env, PATH, VIRTUAL_ENV: directory });
  // uv makes its lock writable for everybody.
  await runLines('chmod', ['-R', 'go-w', directory], run);
  // mkdtemp makes it private; jobs of any uid read it.
  await runLines('chmod', ['0755', directory], run);
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-5).join(' | ');
}
