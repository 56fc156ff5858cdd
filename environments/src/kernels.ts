import { access, chmod, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { BuiltEnvironment } from './build.ts';
import { EnvironmentError } from './environment-error.ts';
import { makeOverlay, type OverlayOwner, overlayCommand } from './overlay.ts';
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
  /** True when the server's own job runs `first` before anything else, with its rights and in its sandbox. */
  readonly overlayInJob?: boolean;
};

/** What the server's process needs for its kernels. */
export type PreparedKernels = {
  /** First entry of `JUPYTER_PATH`. */
  readonly jupyterPath: string;
  /** More variables of the server; all are for its kernels and terminals. */
  readonly variables: Readonly<Record<string, string>>;
  /** Read-only paths of the job. The overlay, which is to be writable, is not among them. */
  readonly paths: readonly string[];
  /** Makes or refreshes the overlay. */
  readonly first: readonly [string, ...string[]];
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
  if (parts.overlayInJob !== true) await makeOverlay(overlay, kernel, owner);
  const start = await writeStart(join(directory, 'ipython'), await sitePackages(lab.directory));
  await rm(kernels, { recursive: true, force: true });
  for (const kind of kernel.kernels) {
    const { name, spec } = await specifications[kind](python, start, kernel);
    await mkdir(join(kernels, name), { recursive: true });
    await writeFile(join(kernels, name, 'kernel.json'), `${JSON.stringify(spec, null, 1)}\n`);
  }
  for (const folder of [directory, join(directory, 'jupyter'), kernels]) await chmod(folder, 0o755);
  return {
    jupyterPath: join(directory, 'jupyter'),
    variables: { PIP_DISABLE_PIP_VERSION_CHECK: '1' },
    paths: [...new Set([...kernel.paths, ...lab.paths, directory])],
    first: await overlayCommand(overlay, kernel),
  };
}

type Named = { readonly name: string; readonly spec: KernelSpec };

/** Names are the ones that notebooks from elsewhere ask for. */
const specifications: Readonly<
  Record<KernelKind, (python: string, start: string, card: BuiltEnvironment) => Promise<Named>>
> = {
  python: async (python, start, card) => ({
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
      // A server with KernelManager.transport_encryption=auto then talks to it unheard by others of the machine.
      metadata: { debugger: true, supported_encryption: ['curve'] },
    },
  }),
  'root-cpp': async (python, _start, card) => ({
    name: 'root',
    spec: {
      argv: [python, ...(await rootKernelWords(card))],
      display_name: `ROOT C++ (${card.title})`,
      language: 'c++',
      metadata: {},
    },
  }),
};

/** What follows the interpreter in ROOT's own specification: its module has had several names. */
async function rootKernelWords(card: BuiltEnvironment): Promise<readonly string[]> {
  const file = join(await sitePackages(card.directory), 'ROOT/etc/notebook/kernels', 'root', 'kernel.json');
  try {
    const { argv } = z
      .object({ argv: z.array(z.string()).min(2) })
      .parse(JSON.parse(await readFile(file, 'utf8')));
    return argv.slice(1);
  } catch (error) {
    throw new EnvironmentError(
      'build-failed',
      `Environment ${card.name} has no C++ kernel (${file}): take root-cpp out of its kernels, or add ROOT to its requirements.`,
      { cause: error },
    );
  }
}

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
