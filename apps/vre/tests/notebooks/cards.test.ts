import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  type BuiltEnvironment,
  type Environment,
  type ExampleData,
  fetchExampleData,
  loadEnvironments,
} from '@vre/environments';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildEnvironments } from '../../src/client/build-environments.ts';
import type { Notebook } from '../../src/notebook/jupyter-server.ts';
import { runNotebook } from '../../src/notebook/run-notebook.ts';
import { type NotebookServer, startNotebookServer } from '../harness/notebook-server.ts';
import { sharedBuilds } from '../harness/platform.ts';
import { createResearcher, type Researcher } from '../harness/researcher.ts';
import { sharedPlatform } from '../harness/running-platform.ts';
import { until } from '../harness/wait.ts';

const checkout = join(import.meta.dirname, '../../../..');
const say = (line: string) => process.stderr.write(`${line}\n`);
const cards = (await loadEnvironments())
  .filter(({ profile }) => profile?.example !== undefined)
  .sort((one, other) => (one.profile?.order ?? 0) - (other.profile?.order ?? 0));

// Half an hour of two cores, and every environment built.
describe.skipIf(process.env['TEST_CARDS'] !== 'all')('examples of all cards, through the hub', () => {
  let platform: Awaited<ReturnType<typeof sharedPlatform>>;
  let alice: Researcher;
  const inLake = new Set<string>();

  beforeAll(async () => {
    platform = await sharedPlatform();
    alice = await createResearcher(platform, { clients: ['rucio'] });
  });

  /** Puts a file of real data into the lake, once, and answers its DID. */
  async function upload(data: ExampleData, card: BuiltEnvironment): Promise<string> {
    const file = await fetchExampleData(data, card, { dataDirectory: sharedBuilds, report: say });
    // Rucio's names have no other characters.
    const name = basename(file).replace(/[^A-Za-z0-9._-]/g, '_');
    const did = `${alice.scope}:${name}`;
    if (inLake.has(did)) return did;
    const folder = join(alice.home, 'data');
    await mkdir(folder, { recursive: true });
    const copy = join(folder, name);
    await copyFile(file, copy);
    const { code, output } = await alice.rucio('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, copy);
    expect(code, output).toBe(0);
    inLake.add(did);
    return did;
  }

  test.each(cards)('$name', { timeout: 600_000 }, async (card) => {
    const built = (await buildEnvironments([card.name], sharedBuilds, say))[card.name] as BuiltEnvironment;
    const dids = new Map<string, string>();
    for (const data of card.data ?? []) dids.set(data.variable, await upload(data, built));
    const begun = performance.now();
    const server = await startNotebookServer(platform, alice, card.name);
    const ready = performance.now();
    try {
      const attached: string[] = [];
      for (const [variable, did] of dids)
        attached.push(`${variable} = ${JSON.stringify(await pathOf(server, did))}`);
      await server.jupyter.put(`${card.name}.ipynb`, await withCell(card, attached.join('\n')));
      const outputs = await runNotebook(server.jupyter, `${card.name}.ipynb`);
      expect(outputs.length).toBeGreaterThan(0);
    } finally {
      await server.stop();
    }
    const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1);
    say(`${card.name}: ready in ${seconds(begun, ready)} s, example ${seconds(ready, performance.now())} s`);
  });
});

/** Where the data lake's extension says that a file lies, once it has looked. */
async function pathOf(server: NotebookServer, did: string): Promise<string> {
  const address = new URL('rucio-jupyterlab/did', server.base);
  address.search = new URLSearchParams({ namespace: 'vre-local-a', did }).toString();
  const ask = async () => {
    const answer = await fetch(address, { headers: { authorization: `token ${server.token}` } });
    expect(answer.status).toBe(200);
    // The extension's own answer.
    return (await answer.json()) as readonly { readonly status: string; readonly path: string | null }[];
  };
  const [file] = await until(ask, ([first]) => first?.status === 'OK', 60);
  expect(file?.path).toMatch(/\/lake\/LOCAL-A\//);
  return file?.path as string;
}

/** The example with the variables that the panel would attach set first. */
async function withCell(card: Environment, source: string): Promise<Notebook> {
  const file = join(checkout, 'environments', card.name, card.profile?.example ?? '');
  const notebook = JSON.parse(await readFile(file, 'utf8')) as Notebook;
  const cell = {
    id: 'attached',
    cell_type: 'code',
    metadata: {},
    outputs: [],
    execution_count: null,
    source,
  };
  return { ...notebook, cells: [cell, ...notebook.cells] };
}
