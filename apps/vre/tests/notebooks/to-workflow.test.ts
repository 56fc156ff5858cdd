import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fetchExampleData, loadEnvironment } from '@vre/environments';
import { beforeAll, expect } from 'vitest';
import { buildEnvironments } from '../../src/client/build-environments.ts';
import { longTest as test } from '../harness/clients-test.ts';
import { type NotebookUser, notebookUserOf } from '../harness/notebook-user.ts';
import { sharedBuilds } from '../harness/platform.ts';
import { createResearcher, type Researcher } from '../harness/researcher.ts';
import { sharedPlatform } from '../harness/running-platform.ts';
import { until } from '../harness/wait.ts';

let alice: Researcher;
let user: NotebookUser;

beforeAll(async () => {
  const platform = await sharedPlatform();
  alice = await createResearcher(platform);
  user = notebookUserOf(platform, alice);
  await alice.person.visit(`${platform.addresses.notebooks}/hub/login?next=/hub/api/user`);
});

async function ended(name: string): Promise<string> {
  return until(
    async () => {
      const { output } = await alice.reana('status', '-w', name, '--json');
      return (JSON.parse(output.slice(output.search(/^\[/m))) as { status: string }[])[0]?.status ?? '';
    },
    (state) => ['finished', 'failed', 'stopped'].includes(state),
    300,
  );
}

test('the example of Minimal runs as a workflow on data of the lake, and its result is registered', async () => {
  const minimal = await loadEnvironment('minimal');
  const { minimal: built } = await buildEnvironments(['minimal'], sharedBuilds, () => undefined);
  const [declared] = minimal.data ?? [];
  if (declared === undefined) throw new Error('the example of Minimal has no data');
  const file = await fetchExampleData(declared, built, {
    dataDirectory: sharedBuilds,
    report: () => undefined,
  });
  const did = `${alice.scope}:${basename(file)}`;
  const uploaded = await alice.rucio('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, file);
  expect(uploaded.code, uploaded.output).toBe(0);

  const example = join(import.meta.dirname, '../../../../environments/minimal/example.ipynb');
  const sent = await user.notebook(
    ...['to-workflow', example, '--profile', 'minimal', '--name', 'cepheids'],
    ...['--parameter', `catalogue=data/${basename(file)}`, '--dataset', did],
    ...['--result', `${alice.scope}:cepheids`],
  );
  expect([sent.code, sent.output]).toEqual([0, expect.stringMatching(/^cepheids\.1$/m)]);
  expect(await ended('cepheids'), (await alice.reana('logs', '-w', 'cepheids')).output).toBe('finished');
  expect((await alice.reana('logs', '-w', 'cepheids')).output).toMatch(/1806 Cepheids: W = -3\.31\d log P/);
  await alice.reana('download', '-w', 'cepheids', '-o', alice.home, 'results/example.ipynb');
  const { cells } = JSON.parse(await readFile(join(alice.home, 'results/example.ipynb'), 'utf8'));
  expect(cells[2].source).toContain(`catalogue = 'data/${basename(file)}'`);
  const content = await alice.rucio('did', 'content', 'list', `${alice.scope}:cepheids`);
  expect(content.output).toContain('example.ipynb');
});

test('parameters follow the tagged cell, a failing cell fails the run and is named', async () => {
  const file = await user.write(
    'divides',
    { source: 'divisor = 1', tags: ['parameters'] },
    'print("result", 10 / divisor)',
  );
  const send = (...words: string[]) => user.notebook('to-workflow', file, '--profile', 'minimal', ...words);
  expect((await send('--parameter', 'divisor=4')).output).toMatch(/^divides\.1$/m);
  expect(await ended('divides.1')).toBe('finished');
  expect((await alice.reana('logs', '-w', 'divides.1')).output).toContain('result 2.5');
  expect((await send('--parameter', 'divisor=0')).output).toMatch(/^divides\.2$/m);
  expect(await ended('divides.2')).toBe('failed');
  expect((await alice.reana('logs', '-w', 'divides.2')).output).toMatch(
    /cell 3 of divides\.ipynb failed: ZeroDivisionError/,
  );
  const refused = await send('--parameter', "divisor=it's");
  expect([refused.code, refused.output]).toEqual([1, expect.stringContaining('holds a quote')]);
});
