import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { buildEnvironments } from '../../src/client/build-environments.ts';
import { runClient } from '../../src/client/run-client.ts';
import { test } from '../harness/clients-test.ts';
import { sharedBuilds } from '../harness/platform.ts';

const project = join(import.meta.dirname, '../../../../science-projects/km3net-orca');

test('the KM3NeT/ORCA analysis: its own tests, on the real files, in the environment its steps run in', async () => {
  const built = await buildEnvironments(['python', 'km3net-data'], sharedBuilds, () => undefined);
  const library = join(built['km3net-data'].directory, 'lib');
  const [version = ''] = readdirSync(library).filter((name) => name.startsWith('python3'));
  const { code, output } = await runClient(['python', '-m', 'unittest', '-v'], {
    environment: {
      PATH: `${built.python.binDirectory}:/usr/bin:/bin`,
      PYTHONPATH: join(library, version, 'site-packages'),
      PYTHONDONTWRITEBYTECODE: '1',
      MPLBACKEND: 'Agg',
    },
    directory: project,
  });
  expect(output).toMatch(/^Ran \d\d tests/m);
  expect(code, output).toBe(0);
  // Hundreds of pictures: a minute, several on a machine that is busy.
}, 600_000);
