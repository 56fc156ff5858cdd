import { join } from 'node:path';
import { type CommandRun, runLines } from './command.ts';
import type { Environment } from './declaration.ts';
import { EnvironmentError } from './environment-error.ts';
import { looksOffline, stillWorks } from './uv.ts';

/**
 * Proves that the environment in a directory works; answers when and in how many seconds.
 * @throws EnvironmentError with the last lines of what the test said.
 */
export async function runSmokeTest(
  environment: Environment,
  directory: string,
  run: CommandRun,
): Promise<{ readonly at: string; readonly seconds: number }> {
  const [program = 'true', ...words] = environment.smokeTest;
  const PATH = `${join(directory, 'bin')}:${run.env.PATH ?? '/usr/bin:/bin'}`;
  const started = Date.now();
  const { code, output } = await runLines(program, words, {
    ...run,
    env: { ...run.env, PATH, VIRTUAL_ENV: directory },
  });
  if (code !== 0) throw buildFailed(environment, 'its smoke test', output);
  return { at: new Date().toISOString(), seconds: (Date.now() - started) / 1000 };
}

/** Why a command of a build failed, from what it said. */
export function buildFailed(environment: Environment, what: string, output: string): EnvironmentError {
  return looksOffline(output)
    ? new EnvironmentError(
        'no-network',
        `Environment ${environment.name} cannot be built: the package index is not reachable. ${stillWorks}`,
      )
    : new EnvironmentError(
        'build-failed',
        `Environment ${environment.name} cannot be built, ${what} failed: ${lastLines(output)}`,
      );
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-5).join(' | ');
}
