import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuiltEnvironment, type PreparedKernels, prepareKernels } from '@vre/environments';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildEnvironments } from '../../src/client/build-environments.ts';
import { runClient } from '../../src/client/run-client.ts';
import { sharedBuilds } from '../harness/platform.ts';

let folder = '';
let lab: BuiltEnvironment;
let card: BuiltEnvironment;
let prepared: PreparedKernels;

beforeAll(async () => {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const built = await buildEnvironments(['lab', 'compact-stars'], sharedBuilds, say);
  lab = built.lab;
  card = built['compact-stars'];
  folder = await mkdtemp(join(tmpdir(), 'vre-kernel-'));
  await mkdir(join(folder, 'home'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts a kernel as JupyterLab would, runs the cells in it, and ends it. */
async function session(...cells: string[]): Promise<readonly { status: string; text: string }[]> {
  const overlay = join(folder, 'overlay');
  prepared = await prepareKernels({ lab, kernel: card, overlay, directory: join(folder, 'start') });
  const script = join(import.meta.dirname, 'kernel_session.py');
  const { code, output } = await runClient(['python', script, 'python3', ...cells], {
    environment: {
      ...prepared.variables,
      JUPYTER_PATH: prepared.jupyterPath,
      HOME: join(folder, 'home'),
      PATH: `${lab.binDirectory}:/usr/bin:/bin`,
    },
    directory: join(folder, 'home'),
  });
  expect(code, output).toBe(0);
  return JSON.parse(output.trim().split('\n').at(-1) ?? '');
}

test('a notebook runs in the card’s environment, and what the person installs is there after a restart', async () => {
  const first = await session(
    'import numpy, sys; print(numpy.__file__, sys.prefix)',
    'import jupyterlab',
    '%pip install --quiet humanize==4.12.1',
  );
  expect(first[0]?.text).toContain(card.directory);
  expect(first[0]?.text).toContain(join(folder, 'overlay'));
  // JupyterLab and its pins are no part of what notebooks see.
  expect(first[1]).toEqual({ status: 'error', text: "ModuleNotFoundError: No module named 'jupyterlab'" });
  expect(first[2]?.status).toBe('ok');
  const second = await session('import humanize; print(humanize.__file__)');
  expect(second[0]?.text).toContain(join(folder, 'overlay'));
});

test('variables of the data lake’s panel arrive, and nobody else on the machine hears them', async () => {
  const said = await session(
    'print(list(get_ipython().kernel.comm_manager.targets), callable(resolve_dids))',
  );
  expect(said[0]?.text).toBe("['rucio-jupyterlab:kernel'] True");
  expect(said.at(-1)).toEqual({ status: 'encrypted', text: 'True' });
});
