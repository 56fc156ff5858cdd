import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { runClient } from '../client/run-client.ts';
import { sha256Of } from './checksums.ts';
import { rucio } from './client-commands.ts';
import { type DemoState, need } from './demo-state.ts';
import { DemoFailed, expectThat, type Step } from './step.ts';

const metadata = {
  experiment: 'KM3NeT/ORCA',
  runs: '6370, 9505',
  source: 'km3net-testdata 0.4.31 (PyPI)',
  licence: 'MIT',
};
const secondsForARule = 60;

export const uploadData: Step<DemoState> = {
  title: 'upload events that KM3NeT/ORCA recorded as a dataset, with metadata',
  run: async (state) => {
    const { username } = need(state, 'researcher');
    state.files = await findData(state);
    const dataset = `user.${username}:orca-sample`;
    state.dataset = dataset;
    await rucio(state, [
      'upload',
      '--rse',
      'LOCAL-A',
      '--scope',
      `user.${username}`,
      dataset,
      ...state.files.map((file) => file.path),
    ]);
    for (const [key, value] of Object.entries(metadata)) {
      await rucio(state, ['did', 'metadata', 'set', dataset, '--key', key, '--value', value]);
    }
    const content = await rucio(state, ['did', 'content', 'list', dataset]);
    for (const { name } of state.files)
      expectThat(content.includes(name), `${dataset} does not hold ${name}:\n${content}`);
    const shown = await rucio(state, ['did', 'metadata', 'list', dataset, '--plugin', 'ALL']);
    for (const value of Object.values(metadata))
      expectThat(shown.includes(value), `the metadata of ${dataset} lack "${value}":\n${shown}`);
    return [
      `${dataset}: ${state.files.map((file) => file.name).join(', ')}`,
      `metadata: ${Object.entries(metadata)
        .map(([key, value]) => `${key} = ${value}`)
        .join('; ')}`,
    ];
  },
};

/** Paths of the two files inside the installed data package, their checksums compared with the published ones. */
async function findData(state: DemoState): Promise<NonNullable<DemoState['files']>> {
  const python = join(need(state, 'environments')['km3net-data'].binDirectory, 'python');
  const found = await runClient([python, join(state.project, 'fetch_data.py')], {
    environment: { PATH: '/usr/bin:/bin' },
    directory: state.project,
  });
  if (found.code !== 0) throw new DemoFailed(found.output.trim());
  const paths = found.output.trim().split('\n');
  expectThat(paths.length === 2, `expected two data files, found ${paths.join(', ')}`);
  return Promise.all(
    paths.map(async (path) => ({ path, name: basename(path), sha256: await sha256Of(path) })),
  );
}

export const replicate: Step<DemoState> = {
  title: 'ask for two copies by a rule and wait until it is OK',
  run: async (state) => {
    const dataset = need(state, 'dataset');
    const answer = await rucio(state, ['rule', 'add', dataset, '--copies', '2', '--rses', 'LOCAL-A|LOCAL-B']);
    const ruleId = answer.match(/\b[0-9a-f]{32}\b/)?.[0];
    if (ruleId === undefined) throw new DemoFailed(`rucio rule add gave no rule id:\n${answer}`);
    const started = Date.now();
    for (;;) {
      const shown = await rucio(state, ['rule', 'show', ruleId]);
      const ruleState = shown.match(/^State:\s*(\w+)/m)?.[1];
      if (ruleState === 'OK') break;
      expectThat(
        ruleState !== 'STUCK' && Date.now() - started < secondsForARule * 1000,
        `the rule is ${ruleState}, not OK:\n${shown}`,
      );
    }
    const replicas = await rucio(state, ['replica', 'list', 'file', dataset, '--pfns']);
    const pfns = replicas.split('\n').filter((line) => line.startsWith('https://'));
    expectThat(pfns.length === 4, `expected two files on two elements, found:\n${replicas}`);
    return [
      `rule ${ruleId} is OK after ${((Date.now() - started) / 1000).toFixed(1)} s (the client's own start-up included)`,
      ...pfns,
    ];
  },
};

export const verifyCopies: Step<DemoState> = {
  title: 'download from the second element and compare every byte',
  run: async (state) => {
    const target = join(state.dataDirectory, 'people', need(state, 'researcher').username, 'from-LOCAL-B');
    await rucio(state, ['download', need(state, 'dataset'), '--rses', 'LOCAL-B', '--dir', target]);
    const seen: string[] = [];
    for (const { name, sha256 } of need(state, 'files')) {
      const copy = join(target, 'orca-sample', name);
      expectThat((await sha256Of(copy)) === sha256, `${copy} differs from what was uploaded`);
      seen.push(
        `${name}: ${(await readFile(copy)).length} bytes, SHA-256 ${sha256.slice(0, 16)}… as uploaded`,
      );
    }
    return seen;
  },
};
