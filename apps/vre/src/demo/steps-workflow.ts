import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeReanaToken } from '../client/client-files.ts';
import { reanaClient, rucio } from './client-commands.ts';
import { type DemoState, need } from './demo-state.ts';
import { valueAt } from './json-path.ts';
import { DemoFailed, expectThat, type Step } from './step.ts';

const secondsForTheRun = 240;
const pollMilliseconds = 1000;

export const connectWorkflows: Step<DemoState> = {
  title: 'let workflows use the data lake on her behalf, and get a REANA token',
  run: async (state) => {
    const { portal } = need(state, 'addresses');
    const browser = need(state, 'browser');
    const { url } = (await browser.json(`${portal}/x/reana/connect`, { method: 'POST', json: {} })) as {
      readonly url: string;
    };
    const page = await browser.visit(url);
    const { connected } = (await browser.json(`${portal}/x/reana/connect`)) as {
      readonly connected: boolean;
    };
    expectThat(connected, `workflows are not connected after the consent page; it ended at ${page.url}`);
    const token = (await browser.json(`${portal}/x/reana/x-tokens`, {
      method: 'POST',
      json: { name: 'demo' },
    })) as { readonly token: string };
    await writeReanaToken(need(state, 'client'), token.token);
    const ping = await reanaClient(state, ['ping']);
    return ping
      .trim()
      .split('\n')
      .filter((line) => line !== '' && !line.includes('pkg_resources'));
  },
};

export const runWorkflow: Step<DemoState> = {
  title: 'run the analysis as a declared workflow that reads the dataset by its identifier',
  run: async (state, progress) => {
    const { username } = need(state, 'researcher');
    const name = 'km3net-orca';
    state.resultDataset = `user.${username}:orca-result`;
    await reanaClient(state, [
      'run',
      '-w',
      name,
      '-f',
      'reana.yaml',
      '-p',
      `dataset=${need(state, 'dataset')}`,
      '-p',
      `result_dataset=${state.resultDataset}`,
    ]);
    const started = Date.now();
    for (;;) {
      const [row] = JSON.parse(
        await jsonOf(state, ['status', '-w', name, '--json', '-v']),
      ) as readonly Record<string, string>[];
      const status = row?.['status'];
      progress(`${status} ${row?.['progress'] ?? ''}`);
      if (status === 'finished') {
        state.run = { id: row?.['id'] ?? '', name: `${name}.${row?.['run_number'] ?? 1}` };
        break;
      }
      if (status === 'failed' || status === 'stopped' || Date.now() - started > secondsForTheRun * 1000) {
        throw new DemoFailed(`the run is ${status}:\n${await reanaClient(state, ['logs', '-w', name])}`);
      }
      await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
    }
    const logs = await reanaClient(state, ['logs', '-w', name]);
    const steps = [...new Set([...logs.matchAll(/Step: (\S+)/g)].map((match) => match[1]))];
    expectThat(steps.length >= 3, `expected three steps in the log, found ${steps.join(', ')}:\n${logs}`);
    return [
      `${state.run.name} (${state.run.id}) finished after ${((Date.now() - started) / 1000).toFixed(1)} s: ${steps.join(' → ')}`,
    ];
  },
};

/** Output of a command that prints JSON, without the warnings that the client writes around it. */
async function jsonOf(state: DemoState, words: readonly string[]): Promise<string> {
  const output = await reanaClient(state, words);
  const start = output.search(/^[[{]/m);
  if (start < 0) throw new DemoFailed(`reana-client ${words.join(' ')} printed no JSON:\n${output}`);
  return output.slice(start);
}

type Expected = {
  readonly outputs: readonly string[];
  readonly checks: readonly ({ readonly path: string } & (
    | { readonly equals: unknown }
    | { readonly value: number; readonly tolerance: number }
  ))[];
};

export const checkResult: Step<DemoState> = {
  title: 'download the result and compare its numbers with the expected ones',
  run: async (state) => {
    const expected = JSON.parse(await readFile(join(state.project, 'expected.json'), 'utf8')) as Expected;
    const directory = join(state.dataDirectory, 'people', need(state, 'researcher').username, 'results');
    await mkdir(directory, { recursive: true });
    await reanaClient(state, ['download', '-w', 'km3net-orca', '-o', directory, ...expected.outputs]);
    state.resultsDirectory = directory;
    for (const output of expected.outputs) {
      // The client keeps the last part of the name only.
      const { size } = await stat(join(directory, basename(output))).catch(() => ({ size: 0 }));
      expectThat(size > 0, `${output} is missing or empty`);
    }
    const results: unknown = JSON.parse(await readFile(join(directory, 'results.json'), 'utf8'));
    for (const check of expected.checks) {
      const seen = valueAt(results, check.path);
      const fits =
        'equals' in check ? seen === check.equals : Math.abs(Number(seen) - check.value) <= check.tolerance;
      expectThat(
        fits,
        `${check.path} is ${String(seen)}, expected ${'equals' in check ? String(check.equals) : `${check.value} ± ${check.tolerance}`}`,
      );
    }
    return [
      `all ${expected.checks.length} numbers as expected`,
      ...headline(results),
      `plots: ${state.resultsDirectory}/{rate,zenith,sky,comparison}.png`,
    ];
  },
};

function headline(results: unknown): string[] {
  const number = (path: string, digits: number) => Number(valueAt(results, path)).toFixed(digits);
  return ['ORCA4', 'ORCA6'].map((configuration) => {
    const at = `configurations.${configuration}`;
    return (
      `${configuration}: ${number(`${at}.counts.events`, 0)} events, ${number(`${at}.rate_hz.triggered.value`, 2)} ± ` +
      `${number(`${at}.rate_hz.triggered.plus`, 2)} Hz (truncated sample); up-going ` +
      `${(100 * Number(valueAt(results, `${at}.upgoing_fraction.before.value`))).toFixed(1)} % before, ` +
      `${(100 * Number(valueAt(results, `${at}.upgoing_fraction.after.value`))).toFixed(2)} % after the likelihood cut ` +
      '(most up-going tracks without it are mis-reconstructed muons)'
    );
  });
}

export const findProvenance: Step<DemoState> = {
  title: 'find the result in the data lake, with the run and the inputs that made it',
  run: async (state) => {
    const dataset = need(state, 'resultDataset');
    const content = await rucio(state, ['did', 'content', 'list', dataset]);
    expectThat(content.includes('results.json'), `${dataset} does not hold results.json:\n${content}`);
    const metadata = await rucio(state, ['did', 'metadata', 'list', dataset, '--plugin', 'ALL']);
    for (const [what, value] of [
      ['run', need(state, 'run').id],
      ['input dataset', need(state, 'dataset')],
    ] as const) {
      expectThat(
        metadata.includes(value),
        `the metadata of ${dataset} do not name the ${what} ${value}:\n${metadata}`,
      );
    }
    const directory = join(
      state.dataDirectory,
      'people',
      need(state, 'researcher').username,
      'from-the-lake',
    );
    await rucio(state, ['download', dataset, '--dir', directory]);
    const fromLake = (await readdir(directory, { recursive: true })).find((name) =>
      basename(name).endsWith('results.json'),
    );
    expectThat(fromLake !== undefined, `the download of ${dataset} holds no results.json`);
    const [lakeBytes, runBytes] = await Promise.all([
      readFile(join(directory, fromLake)),
      readFile(join(need(state, 'resultsDirectory'), 'results.json')),
    ]);
    expectThat(lakeBytes.equals(runBytes), 'results.json of the lake differs from the one of the run');
    const lines = metadata.split('\n').filter((line) => /run|input|environment|workflow/i.test(line));
    return [`${dataset}:`, ...lines.map((line) => `  ${line.trim()}`)];
  },
};
