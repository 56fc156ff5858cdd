import { access, chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuiltEnvironment } from './build.ts';
import { makeOverlay, type OverlayOwner } from './overlay.ts';
import type { KernelKind } from './profile.ts';
import { sitePackages } from './site-packages.ts';

/** What a notebook server is made of. */
export type KernelParts = {
  /** The environment `lab`, which the server itself runs in. */
  readonly lab: BuiltEnvironment;
  /** The environment of the card, which notebooks run in. */
  readonly kernel: BuiltEnvironment;
  /** Folder of the person's own packages for this card; its parent exists and is writable for `owner`. */
  readonly overlay: string;
  /** Folder of this start, this process's own; the server only reads it. */
  readonly directory: string;
  /** Whom the overlay belongs to; default: whoever runs this process. */
  readonly owner?: OverlayOwner | undefined;
};

/** What the server's process needs for its kernels. */
export type PreparedKernels = {
  /** First entry of `JUPYTER_PATH`. */
  readonly jupyterPath: string;
  /** More variables of the server; all are for its kernels and terminals. */
  readonly variables: Readonly<Record<string, string>>;
  /** Read-only paths of the job. The overlay, which is to be writable, is not among them. */
  readonly paths: readonly string[];
};

/** A `kernel.json`. @see https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs */
type KernelSpec = {
  readonly argv: readonly string[];
  readonly display_name: string;
  readonly language: string;
  readonly metadata: Readonly<Record<string, unknown>>;
};

/**
 * Makes the kernels of a card usable from the `lab` environment: Jupyter reads their specifications from `directory`,
 * they run in the person's overlay, through which the card's environment is seen, and variables that the data lake's
 * panel attaches arrive in them. Nothing of the person's own configuration is touched.
 * @throws EnvironmentError
 */
export async function prepareKernels(parts: KernelParts): Promise<PreparedKernels> {
  const { lab, kernel, overlay, directory, owner } = parts;
  const python = join(overlay, 'bin', 'python');
  const kernels = join(directory, 'jupyter', 'kernels');
  await makeOverlay(overlay, kernel, owner);
  const start = await writeStart(join(directory, 'ipython'), await sitePackages(lab.directory));
  await rm(kernels, { recursive: true, force: true });
  for (const kind of kernel.kernels) {
    const { name, spec } = specifications[kind](python, start, kernel);
    await mkdir(join(kernels, name), { recursive: true });
    await writeFile(join(kernels, name, 'kernel.json'), `${JSON.stringify(spec, null, 1)}\n`);
  }
  for (const folder of [directory, join(directory, 'jupyter'), kernels]) await chmod(folder, 0o755);
  return {
    jupyterPath: join(directory, 'jupyter'),
    variables: { PIP_DISABLE_PIP_VERSION_CHECK: '1' },
    paths: [...new Set([...kernel.paths, ...lab.paths, directory])],
  };
}

/** Names are the ones that notebooks from elsewhere ask for. */
const specifications: Readonly<
  Record<
    KernelKind,
    (
      python: string,
      start: string,
      card: BuiltEnvironment,
    ) => { readonly name: string; readonly spec: KernelSpec }
  >
> = {
  python: (python, start, card) => ({
    name: 'python3',
    spec: {
      argv: [
        python,
        '-m',
        'ipykernel_launcher',
        '-f',
        '{connection_file}',
        `--BaseIPythonApplication.extra_config_file=${start}`,
      ],
      display_name: `Python ${card.python.split('.').slice(0, 2).join('.')} (${card.title})`,
      language: 'python',
      metadata: { debugger: true },
    },
  }),
  'root-cpp': (python, _start, card) => ({
    name: 'root',
    spec: {
      argv: [python, '-m', 'JupyROOT.kernel.rootkernel', '-f', '{connection_file}'],
      display_name: `ROOT C++ (${card.title})`,
      language: 'c++',
      metadata: {},
    },
  }),
};

/**
 * A start file for IPython that loads the kernel's half of the data lake's panel. A folder with nothing but a link to
 * that package is put on the path: it needs only what every kernel has, and nothing else of `lab` comes along.
 * Returns the file.
 */
async function writeStart(folder: string, labPackages: string): Promise<string> {
  const extension = 'rucio_jupyterlab';
  const link = join(folder, 'packages', extension);
  const file = join(folder, 'start.py');
  await mkdir(join(folder, 'packages'), { recursive: true });
  await access(join(labPackages, extension, 'kernels', 'ipython'));
  await rm(link, { force: true });
  await symlink(join(labPackages, extension), link);
  const lines = [
    'import sys',
    `sys.path.append(${JSON.stringify(join(folder, 'packages'))})`,
    `get_config().InteractiveShellApp.extensions.append('${extension}.kernels.ipython')`,
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  for (const one of [folder, join(folder, 'packages')]) await chmod(one, 0o755);
  return file;
}
