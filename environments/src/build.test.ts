import { access, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import {
  buildEnvironment,
  builderVariables,
  environmentDirectoryName,
  environmentVariables,
} from './build.ts';
import { runLines } from './command.ts';
import { type Environment, loadEnvironments } from './declaration.ts';
import { EnvironmentError } from './environment-error.ts';
import { findInterpreter, versionFits } from './python.ts';

const tiny: Environment = {
  name: 'tiny',
  title: 'Tiny',
  description: 'One small package',
  owner: 'tests',
  python: '3.11',
  smokeTest: ['python', '-c', 'import yaml'],
  images: [],
  lock: 'pyyaml==6.0.3\n',
};

describe('the name of an environment’s directory', () => {
  const interpreter = { version: '3.11.2', executable: '/usr/bin/python3.11' };
  it('depends on lock and interpreter', () => {
    const names = [
      environmentDirectoryName(tiny, interpreter),
      environmentDirectoryName({ ...tiny, lock: 'pyyaml==6.0.2\n' }, interpreter),
      environmentDirectoryName(tiny, { ...interpreter, version: '3.11.3' }),
    ];
    expect(new Set(names).size).toBe(3);
    expect(environmentDirectoryName(tiny, interpreter)).toBe(names[0]);
    expect(names[0]).toMatch(/^tiny-[0-9a-f]{16}$/);
  });
});

it('the builder’s variables keep the index and drop what leads Python astray', () => {
  const env = {
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONPATH: '/x',
    UV_DEFAULT_INDEX: 'i',
    UV_CACHE_DIR: '/y',
    PATH: '/bin',
  };
  const variables = builderVariables(env, '/data');
  expect(variables).toMatchObject({ UV_DEFAULT_INDEX: 'i', UV_CACHE_DIR: '/data/cache/uv', PATH: '/bin' });
  expect(Object.keys(variables).filter((name) => name.startsWith('PYTHON'))).toEqual([]);
});

it.each([
  ['3.11.2', '3.11', true],
  ['3.13.0', '3.11', true],
  ['3.14.0', '3.11', false],
  ['3.10.9', '3.11', false],
])('Python %s for "%s": %s', (version, oldest, expected) => {
  expect(versionFits(version, oldest)).toBe(expected);
});

describe('building', () => {
  let dataDirectory = '';
  let missing: string | undefined;
  const env = { ...process.env, CC: '/bin/false', CXX: '/bin/false', PYTHONDONTWRITEBYTECODE: '1' };

  beforeAll(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'vre-environments-'));
    try {
      await buildEnvironment(tiny, { dataDirectory, env });
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      // Missing tools and no network are reasons to skip; a build that fails is not.
      if (error.code === 'build-failed') throw error;
      missing = error.message;
    }
  });
  afterAll(() => rm(dataDirectory, { recursive: true, force: true }));
  const needed = (context: TestContext) => {
    if (missing !== undefined) context.skip(missing);
  };

  it('gives an environment that works under its final name, compiled, readable by everyone', async (context) => {
    needed(context);
    const built = await buildEnvironment(tiny, { dataDirectory, env });
    const variables = environmentVariables(built);
    const { code, output } = await runLines(
      'python',
      ['-c', 'import yaml; print(yaml.__file__, yaml.__cached__)'],
      {
        env: variables,
        report: () => undefined,
      },
    );
    expect(code).toBe(0);
    const [source, cached = ''] = output.trim().split(' ');
    expect(source).toContain(built.directory);
    await access(cached);
    expect((await stat(built.directory)).mode & 0o777).toBe(0o755);
    expect((await stat(cached)).mode & 0o044).toBe(0o044);
    expect(built.paths).toContain(built.directory);
    const writable = ['-perm', '/022', '-not', '-type', 'l'];
    expect(
      (await runLines('find', [built.directory, ...writable], { env, report: () => undefined })).output,
    ).toBe('');
    expect((await stat(join(dataDirectory, 'cache'))).mode & 0o077).toBe(0);
  });

  it('is done once when two ask at the same time, and cleans up after one that was killed', async (context) => {
    needed(context);
    const other = { ...tiny, name: 'other', lock: 'pyyaml==6.0.3\n# other\n' };
    const name = environmentDirectoryName(other, await findInterpreter('3.11'));
    const parent = join(dataDirectory, 'environments');
    // The lock of a process that cannot exist, and its unfinished work.
    await writeFile(join(parent, `${name}.lock`), '999999999 1 x\n');
    await rm(join(parent, `${name}.building-dead`), { recursive: true, force: true });
    await writeFile(join(parent, `${name}.building-dead`), '');
    const lines: string[] = [];
    const options = { dataDirectory, env, report: (line: string) => lines.push(line) };
    const [first, second] = await Promise.all([
      buildEnvironment(other, options),
      buildEnvironment(other, options),
    ]);
    expect(first).toEqual(second);
    expect(lines.filter((line) => line.startsWith('building environment'))).toHaveLength(1);
    expect((await readdir(parent)).filter((entry) => entry.startsWith('other-'))).toEqual([name]);
  });

  it('leaves nothing when the smoke test fails', async (context) => {
    needed(context);
    const broken = { ...tiny, name: 'broken', smokeTest: ['python', '-c', 'import nothing_like_this'] };
    await expect(buildEnvironment(broken, { dataDirectory, env })).rejects.toMatchObject({
      code: 'build-failed',
      message: expect.stringContaining('nothing_like_this'),
    });
    const left = await readdir(join(dataDirectory, 'environments'));
    expect(left.filter((entry) => entry.startsWith('broken'))).toEqual([]);
  });

  it('says that the package index is out of reach, and what still works', async (context) => {
    needed(context);
    const offline = {
      ...env,
      UV_DEFAULT_INDEX: 'http://127.0.0.1:9/simple',
      UV_HTTP_RETRIES: '0',
      UV_NO_CACHE: '1',
    };
    const wanted = { ...tiny, name: 'offline', lock: 'six==1.17.0\n' };
    await expect(buildEnvironment(wanted, { dataDirectory, env: offline })).rejects.toMatchObject({
      code: 'no-network',
      message: expect.stringContaining('still work'),
    });
  });

  it('builds every declared environment without a C compiler', { timeout: 600_000 }, async (context) => {
    needed(context);
    if (process.env.TEST_ENVIRONMENTS !== 'all') {
      context.skip('downloads 300 MB: set TEST_ENVIRONMENTS=all');
    }
    for (const environment of await loadEnvironments())
      await buildEnvironment(environment, { dataDirectory, env });
  });
});

it('without Python says what is missing and what still works', async () => {
  await expect(findInterpreter('3.99', { PATH: '/nonexistent' })).rejects.toMatchObject({
    code: 'no-python',
    message: expect.stringMatching(/Python 3\.99.*not installed.*still works/),
  });
});
