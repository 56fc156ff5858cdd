import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, builderVariables } from './build.ts';
import { runLines } from './command.ts';
import { checkLock, type Environment, environmentFolder } from './declaration.ts';
import { findInterpreter } from './python.ts';
import { buildFailed } from './smoke-test.ts';
import { findUv } from './uv.ts';

/**
 * Chooses exact versions for what `requirements.in` of an environment asks for, on every platform, and writes its
 * `requirements.lock`. Versions that are locked already stay while they fit, unless `upgrade`.
 * Answers whether the lock changed.
 * @throws EnvironmentError when nothing fits together.
 */
export async function lockEnvironment(
  environment: Environment,
  options: BuildOptions & { readonly upgrade?: boolean },
): Promise<boolean> {
  const { dataDirectory, env = process.env, report = () => undefined, signal, upgrade = false } = options;
  const run = { env: builderVariables(env, dataDirectory), report, signal };
  const { executable } = await findInterpreter(environment.python, run.env);
  const uv = await findUv(dataDirectory, executable, run);
  const folder = environmentFolder(environment.name);
  const file = join(folder, 'requirements.lock');
  const overrides = join(folder, 'overrides.txt');
  const hasOverrides = await access(overrides).then(
    () => true,
    () => false,
  );
  const { code, output } = await runLines(
    uv,
    [
      ...['pip', 'compile', '--universal', '--python', executable, '--python-version', environment.python],
      ...['--no-header', '--no-annotate', '--no-emit-index-url', '--quiet'],
      ...(hasOverrides ? ['--override', overrides] : []),
      ...(environment.dependencies === false ? ['--no-deps'] : []),
      ...(upgrade ? ['--upgrade'] : []),
      ...['--output-file', file, join(folder, 'requirements.in')],
    ],
    run,
  );
  if (code !== 0) throw buildFailed(environment, 'choosing versions', output);
  const lock = await readFile(file, 'utf8');
  checkLock(environment.name, lock);
  return lock !== environment.lock;
}
