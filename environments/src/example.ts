import { copyFile, link, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { BuildOptions, BuiltEnvironment } from './build.ts';
import { runLines } from './command.ts';
import { type Environment, environmentFolder } from './declaration.ts';
import { EnvironmentError } from './environment-error.ts';
import { fetchExampleData } from './example-data.ts';
import { prepareKernels } from './kernels.ts';

/**
 * Runs the example of a card as a person would: in a folder of its own with the real data in `data/`, executed by
 * `lab` in the card's kernel. Its cells assert what they found; answers the seconds it took.
 * @throws EnvironmentError `test-failed` with the cell that failed.
 */
export async function runExample(
  environment: Environment,
  built: { readonly lab: BuiltEnvironment; readonly card: BuiltEnvironment },
  options: BuildOptions,
): Promise<number> {
  const example = environment.profile?.example;
  if (example === undefined) {
    throw new EnvironmentError('test-failed', `Environment ${environment.name} declares no example.`);
  }
  const { lab, card } = built;
  const folder = await mkdtemp(join(tmpdir(), 'vre-example-'));
  try {
    const home = join(folder, 'home');
    const data = join(home, 'data');
    await mkdir(data, { recursive: true });
    for (const one of environment.data ?? []) {
      const file = await fetchExampleData(one, card, options);
      const target = join(data, basename(file));
      await link(file, target).catch(() => copyFile(file, target));
    }
    await copyFile(join(environmentFolder(environment.name), example), join(home, example));
    const started = Date.now();
    const overlay = join(home, 'overlay');
    const prepared = await prepareKernels({ lab, kernel: card, overlay, directory: join(folder, 'start') });
    const { code, output } = await runLines(
      join(lab.binDirectory, 'python'),
      ['-m', 'jupyter', 'execute', '--startup_timeout=120', '--timeout=300', join(home, example)],
      {
        env: {
          ...prepared.variables,
          HOME: home,
          JUPYTER_PATH: prepared.jupyterPath,
          PATH: [overlay, card.directory, lab.directory]
            .map((one) => join(one, 'bin'))
            .concat('/usr/bin', '/bin')
            .join(':'),
          MPLBACKEND: 'Agg',
        },
        report: options.report ?? (() => undefined),
        signal: options.signal,
      },
    );
    if (code !== 0) {
      throw new EnvironmentError(
        'test-failed',
        `The example of environment ${environment.name} failed: ${output.trim().split('\n').slice(-5).join(' | ')}`,
      );
    }
    return (Date.now() - started) / 1000;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
