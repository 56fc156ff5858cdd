import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PrepareKernels } from '../servers/server-parts.ts';

/** The Python kernel of an environment, under the name that every notebook asks for. */
export const prepareKernels: PrepareKernels = async ({ kernel, directory }) => {
  const folder = join(directory, 'kernels', 'python3');
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const python = join(kernel.binDirectory, 'python');
  const specification = {
    argv: [python, '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
    display_name: `Python ${kernel.python} (${kernel.name})`,
    language: 'python',
    metadata: { debugger: true },
  };
  await writeFile(join(folder, 'kernel.json'), `${JSON.stringify(specification, null, 2)}\n`, {
    mode: 0o644,
  });
  return { jupyterPath: directory, variables: {}, paths: kernel.paths };
};
