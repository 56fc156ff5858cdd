import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuiltEnvironment } from './build.ts';
import { type KernelParts, prepareKernels } from './kernels.ts';
import type { KernelKind } from './profile.ts';
import { findInterpreter } from './python.ts';
import { sitePackages } from './site-packages.ts';

const run = promisify(execFile);

/** Real virtual environments without an index: what a build would leave, with one module each. */
async function fakeEnvironment(
  directory: string,
  modules: Readonly<Record<string, string>>,
  kernels: readonly KernelKind[] = ['python'],
): Promise<BuiltEnvironment> {
  const { executable } = await findInterpreter('3.11');
  await run(executable, ['-I', '-m', 'venv', '--without-pip', directory]);
  const packages = await sitePackages(directory);
  for (const [path, text] of Object.entries(modules)) {
    await mkdir(join(packages, path, '..'), { recursive: true });
    await writeFile(join(packages, path), text);
  }
  return {
    name: 'fake',
    title: 'Fake card',
    directory,
    binDirectory: join(directory, 'bin'),
    paths: [directory],
    python: '3.11.2',
    kernels,
  };
}

let root = '';
let lab: BuiltEnvironment;
let card: BuiltEnvironment;
const parts = (more: Partial<KernelParts> = {}): KernelParts => ({
  lab,
  kernel: card,
  overlay: join(root, 'overlay'),
  directory: join(root, 'start'),
  ...more,
});
const print = async (overlay: string, expression: string, modules: string) => {
  const program = `import ${modules}; print(${expression})`;
  return (await run(join(overlay, 'bin', 'python'), ['-c', program])).stdout.trim();
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vre-kernels-'));
  lab = await fakeEnvironment(join(root, 'lab'), {
    'rucio_jupyterlab/__init__.py': '',
    'rucio_jupyterlab/kernels/__init__.py': '',
    'rucio_jupyterlab/kernels/ipython/__init__.py': '',
    'only_of_lab.py': '',
  });
  card = await fakeEnvironment(
    join(root, 'card'),
    {
      [join('ROOT/etc/notebook/kernels', 'root', 'kernel.json')]:
        '{"argv": ["python9", "-m", "ROOT.kernel", "-f", "{connection_file}"]}',
      'below.py': 'version = 1\n',
      'pip/__init__.py': '',
      'pip/__main__.py': 'import sys; print(sys.prefix)\n',
    },
    ['python', 'root-cpp'],
  );
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('the overlay', () => {
  it('sees the card’s environment, and pip started in it installs into it', async () => {
    const { overlay } = parts();
    await prepareKernels(parts());
    expect(await print(overlay, 'below.version', 'below')).toBe('1');
    expect((await run(join(overlay, 'bin', 'pip'))).stdout.trim()).toBe(overlay);
  });

  it('keeps what the person installed when the card’s environment changes', async () => {
    const { overlay } = parts();
    await writeFile(join(await sitePackages(overlay), 'mine.py'), 'value = 7\n');
    const newer = await fakeEnvironment(join(root, 'newer'), { 'below.py': 'version = 2\n' });
    await prepareKernels(parts({ kernel: newer }));
    expect(await print(overlay, '(below.version, mine.value)', 'below, mine')).toBe('(2, 7)');
    await prepareKernels(parts());
  });

  it('is whole when two servers of one person start at the same time', async () => {
    const overlay = join(root, 'twice');
    const starts = ['one', 'two', 'three'].map((start) =>
      prepareKernels(parts({ overlay, directory: join(root, start) })),
    );
    await Promise.all(starts);
    expect(await print(overlay, 'below.version', 'below')).toBe('1');
  });

  it('wins over the card, so that an upgrade takes effect', async () => {
    const overlay = join(root, 'upgraded');
    await prepareKernels(parts({ overlay }));
    await writeFile(join(await sitePackages(overlay), 'below.py'), 'version = 3\n');
    expect(await print(overlay, 'below.version', 'below')).toBe('3');
  });

  it('is made anew around an interpreter that is gone', async () => {
    const overlay = join(root, 'old');
    await prepareKernels(parts({ overlay }));
    const python = join(overlay, 'bin', 'python');
    await rm(python);
    await run('ln', ['-s', '/nonexistent/python', python]);
    await prepareKernels(parts({ overlay }));
    expect(await print(overlay, 'below.version', 'below')).toBe('1');
  });

  it('is written with the rights of its owner alone', async (context) => {
    if (process.getuid?.() !== 0) context.skip('only root can give rights up');
    const owner = { uid: 65_534, gid: 65_534 };
    const home = join(root, 'home');
    await mkdir(home);
    await run('chown', ['65534:65534', home]);
    await chmod(root, 0o755);
    if (!(await findInterpreter('3.11')).forEveryone) context.skip('the interpreter is root’s own');
    await prepareKernels(parts({ overlay: join(home, 'overlay'), owner }));
    const { uid, mode } = await stat(join(home, 'overlay', 'bin', 'pip'));
    expect([uid, mode & 0o777]).toEqual([65_534, 0o755]);
    // A link that leads out of the home would make root write anywhere.
    const forbidden = join(root, 'forbidden');
    await mkdir(forbidden, { mode: 0o755 });
    await run('ln', ['-s', forbidden, join(home, 'trap')]);
    await expect(prepareKernels(parts({ overlay: join(home, 'trap'), owner }))).rejects.toMatchObject({
      code: 'overlay-failed',
      message: expect.stringContaining('Move it away'),
    });
    expect(await readdir(forbidden)).toEqual([]);
  });
});

describe('what the server gets', () => {
  it('is one specification a kernel, run by the overlay’s Python', async () => {
    const { jupyterPath, paths } = await prepareKernels(parts());
    const { overlay, directory } = parts();
    expect((await readdir(join(jupyterPath, 'kernels'))).sort()).toEqual(['python3', 'root']);
    const python = JSON.parse(await readFile(join(jupyterPath, 'kernels/python3/kernel.json'), 'utf8'));
    expect(python).toMatchObject({ display_name: 'Python 3.11 (Fake card)', language: 'python' });
    expect(python.argv.slice(0, 3)).toEqual([join(overlay, 'bin/python'), '-m', 'ipykernel_launcher']);
    const cpp = JSON.parse(await readFile(join(jupyterPath, 'kernels', 'root', 'kernel.json'), 'utf8'));
    expect(cpp).toMatchObject({ language: 'c++' });
    expect(cpp.argv).toEqual([join(overlay, 'bin/python'), '-m', 'ROOT.kernel', '-f', '{connection_file}']);
    expect(paths).toEqual([card.directory, lab.directory, directory]);
  });

  it('forgets kernels that the card has no more', async () => {
    await prepareKernels(parts());
    const { jupyterPath } = await prepareKernels(parts({ kernel: { ...card, kernels: ['python'] } }));
    expect(await readdir(join(jupyterPath, 'kernels'))).toEqual(['python3']);
  });

  it('has the kernel’s half of the data lake’s panel, and nothing else of lab', async () => {
    await prepareKernels(parts());
    const { directory, overlay } = parts();
    const folder = join(directory, 'ipython/packages');
    expect(await readdir(folder)).toEqual(['rucio_jupyterlab']);
    const seen = `import sys; sys.path.append(${JSON.stringify(folder)}); import rucio_jupyterlab.kernels.ipython`;
    await run(join(overlay, 'bin/python'), ['-c', seen]);
    await expect(run(join(overlay, 'bin/python'), ['-c', `${seen}, only_of_lab`])).rejects.toThrow(
      'only_of_lab',
    );
  });
});
