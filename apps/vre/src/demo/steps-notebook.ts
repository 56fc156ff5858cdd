import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHubClient } from '@vre/protocol-jupyterhub';
import { jupyterServer, type Notebook } from '../notebook/jupyter-server.ts';
import { runNotebook } from '../notebook/run-notebook.ts';
import { type TrustingFetch, trustingFetch } from '../notebook/trusting-fetch.ts';
import { type DemoState, need } from './demo-state.ts';
import { valueAt } from './json-path.ts';
import { DemoFailed, expectThat, type Step } from './step.ts';

const profile = 'minimal';
const tokenSeconds = 3600;
const notebookName = 'first-look.ipynb';

/** What the notebook prints at its end: by file, the number of events and of the run. */
type Seen = Readonly<Record<string, { readonly events: number; readonly run: number }>>;

export const openNotebook: Step<DemoState> = {
  title: 'start a notebook server through the hub and run a notebook on the same dataset',
  run: async (state, progress) => {
    const { portal, notebooks } = need(state, 'addresses');
    const browser = need(state, 'browser');
    // The hub acts for her from now on: signing in there is one redirect, because she is signed in already.
    await browser.visit(`${notebooks}/hub/login?next=${encodeURIComponent('/hub/home')}`);
    const user = (await browser.json(`${portal}/x/hub/user`)) as { readonly name: string };
    const { token } = (await browser.json(`${portal}/x/hub/users/${user.name}/tokens`, {
      method: 'POST',
      json: { note: 'demo', expires_in: tokenSeconds },
    })) as { readonly token: string };
    const calls = trustingFetch(need(state, 'addresses').authorityFile);
    try {
      return await runOnTheHub(state, { username: user.name, token, calls }, progress);
    } finally {
      await calls.close();
    }
  },
};

async function runOnTheHub(
  state: DemoState,
  {
    username,
    token,
    calls,
  }: { readonly username: string; readonly token: string; readonly calls: TrustingFetch },
  progress: (line: string) => void,
): Promise<string[]> {
  const { notebooks } = need(state, 'addresses');
  const hub = createHubClient({
    fetch: calls.fetch,
    baseUrl: `${notebooks}/hub/api`,
    headers: { authorization: `token ${token}` },
  });
  const begun = Date.now();
  await hub.startServer(username, '', { profile });
  let path: string | undefined;
  for await (const event of hub.progress(username, '')) {
    progress(`${event.progress} % ${event.message}`);
    if (event.failed === true) throw new DemoFailed(`the notebook server did not start: ${event.message}`);
    if (event.ready === true) path = event.url;
  }
  if (path === undefined) throw new DemoFailed('the progress of the notebook server ended without a word');
  const readyAfter = (Date.now() - begun) / 1000;

  const server = jupyterServer(new URL(path, notebooks).href, token, calls);
  const given = JSON.parse(await readFile(join(state.project, notebookName), 'utf8')) as Notebook;
  await server.put(notebookName, withParameter(given, `dataset = "${need(state, 'dataset')}"`));
  const outputs = await runNotebook(server, notebookName, (cell, of) => progress(`cell ${cell} of ${of}`));
  const printed = outputs.flatMap(({ output_type: type, name, text }) =>
    type === 'stream' && name === 'stdout' ? [String(text)] : [],
  );
  const seen = JSON.parse(printed.at(-1) ?? '{}') as Seen;
  const lines = await compare(state, seen);
  expectThat(
    outputs.some(({ data }) => (data as Record<string, unknown> | undefined)?.['image/png'] !== undefined),
    'the notebook made no plot',
  );
  await hub.stopServer(username, '');
  return [
    `JupyterLab at ${notebooks}${path}lab, ready after ${readyAfter.toFixed(1)} s`,
    ...lines,
    `saved with its outputs as ${notebookName} in ${username}'s home`,
  ];
}

/** The notebook with its parameters cell replaced, as papermill does it. */
function withParameter(notebook: Notebook, source: string): Notebook {
  const isParameters = (metadata: unknown) =>
    ((metadata as { readonly tags?: readonly string[] } | undefined)?.tags ?? []).includes('parameters');
  return {
    ...notebook,
    cells: notebook.cells.map((cell) => (isParameters(cell['metadata']) ? { ...cell, source } : cell)),
  };
}

/** What the notebook counted must be what the workflow found. */
async function compare(state: DemoState, seen: Seen): Promise<string[]> {
  const results: unknown = JSON.parse(
    await readFile(join(need(state, 'resultsDirectory'), 'results.json'), 'utf8'),
  );
  return ['ORCA4', 'ORCA6'].map((configuration) => {
    const at = `configurations.${configuration}`;
    const events = Number(valueAt(results, `${at}.counts.events`));
    const run = Number(valueAt(results, `${at}.source.run`));
    const found = Object.values(seen).find((each) => each.run === run);
    expectThat(
      found?.events === events,
      `the notebook counts ${found?.events ?? 'no'} events in run ${run}, the workflow ${events}`,
    );
    return `${configuration}, run ${run}: ${events} events, as in the workflow's result`;
  });
}
