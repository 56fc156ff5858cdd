import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type BuiltEnvironment,
  environmentBuilder,
  loadEnvironments,
  prepareKernels,
} from '@vre/environments';
import { sharedBuilds, startPlatformForTests } from '../../apps/vre/tests/harness/platform.ts';
import { createResearcher } from '../../apps/vre/tests/harness/researcher.ts';
import { type Figure, median } from '../measurement.ts';

const run = promisify(execFile);
const rounds = 5;
const profile = 'minimal';
const token = 'ofthebench';

/** From the click until JupyterLab answers, beside `jupyter lab` of the same environment started by hand, in turns. */
export async function startFigures(): Promise<readonly Figure[]> {
  const [lab, kernel] = await Promise.all([built('lab'), built(profile)]);
  const platform = await startPlatformForTests({ name: 'bench-start' });
  try {
    const { person, username } = await createResearcher(platform, { clients: [] });
    const hub = platform.addresses.notebooks;
    await person.visit(`${hub}/hub/login?next=/hub/api/user`);
    const made = (await person.json(`${platform.addresses.portal}/x/hub/users/${username}/tokens`, {
      method: 'POST',
      json: { note: 'bench', expires_in: 3600 },
    })) as { readonly token: string };
    const user: HubUser = { hub, name: username, headers: { authorization: `token ${made.token}` } };
    await oneStart(user);
    await byHand(lab);
    const seen: { readonly ours: Start; readonly byHand: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      const pair = { ours: await oneStart(user), byHand: await byHand(lab) };
      seen.push(pair);
      process.stderr.write(`${pair.ours.story}\nby hand ${(pair.byHand * 1000).toFixed(0)} ms\n`);
    }
    const of = (value: (pair: (typeof seen)[number]) => number) => median(seen.map(value));
    const hand = of((pair) => pair.byHand);
    return [
      {
        what: 'click until JupyterLab answers, warm',
        measured: of((pair) => pair.ours.usable),
        unit: 's',
        bound: 'at most',
        limit: 1.3 * hand,
        peer: { name: 'jupyter lab by hand', measured: hand },
      },
      {
        what: 'the same, median of the pairs’ ratios',
        measured: of((pair) => pair.ours.usable / pair.byHand),
        unit: '×',
        bound: 'at most',
        limit: 1.3,
      },
      {
        what: 'the hub’s own share: request to job, listening to ready',
        measured: of((pair) => pair.ours.own),
        unit: 'ms',
        bound: 'at most',
        limit: 300,
      },
      await overlay(lab, kernel),
    ];
  } finally {
    await platform.dispose();
  }
}

async function built(name: string): Promise<BuiltEnvironment> {
  const environment = (await loadEnvironments()).find((one) => one.name === name);
  if (environment === undefined) throw new Error(`there is no environment ${name}`);
  return environmentBuilder(sharedBuilds)(environment, {});
}

type HubUser = {
  readonly hub: string;
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
};
type Start = { readonly usable: number; readonly own: number; readonly story: string };

/** Starts the default server, waits until its page answers, and stops it again. */
async function oneStart({ hub, name, headers }: HubUser): Promise<Start> {
  const server = `${hub}/hub/api/users/${name}/server`;
  const begun = performance.now();
  const asked = await fetch(server, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ profile }),
  });
  if (!asked.ok) throw new Error(`the server was not started: ${await asked.text()}`);
  const told = await follow(`${server}/progress`, headers, begun);
  await until(`${hub}/user/${name}/lab`, headers);
  const usable = (performance.now() - begun) / 1000;
  await fetch(server, { method: 'DELETE', headers });
  for (;;) {
    const { stopped } = (await (await fetch(server, { headers })).json()) as { readonly stopped: boolean };
    if (stopped) break;
    await pause(100);
  }
  const at = (words: string) => told.find(({ message }) => message.includes(words))?.at ?? Number.NaN;
  const own = at('Waiting until JupyterLab listens') + (at('ready at') - at('JupyterLab listens, waiting'));
  return {
    usable,
    own,
    story:
      told.map(({ at: when, message }) => `${when.toFixed(0)} ms ${message}`).join('\n') +
      `\n${(usable * 1000).toFixed(0)} usable`,
  };
}

type Told = { readonly at: number; readonly message: string };

/** Events of a start with the milliseconds since `begun` at which they arrived. */
async function follow(url: string, headers: HubUser['headers'], begun: number): Promise<readonly Told[]> {
  const answer = await fetch(url, { headers });
  const told: Told[] = [];
  let pending = '';
  for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
    pending += Buffer.from(chunk).toString();
    const lines = pending.split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines.filter((one) => one.startsWith('data: '))) {
      const { message, failed } = JSON.parse(line.slice(6)) as { message: string; failed?: boolean };
      if (failed === true) throw new Error(message);
      told.push({ at: performance.now() - begun, message });
    }
  }
  return told;
}

/** Seconds of `jupyter lab` from its start until its page answers. */
async function byHand(lab: BuiltEnvironment): Promise<number> {
  const home = await mkdtemp(join(tmpdir(), 'vre-bench-lab-'));
  const port = await freePort();
  const begun = performance.now();
  const child = spawn(
    join(lab.binDirectory, 'jupyter'),
    [
      'lab',
      '--no-browser',
      '--allow-root',
      '--ip=127.0.0.1',
      `--port=${port}`,
      `--IdentityProvider.token=${token}`,
    ],
    { cwd: home, env: { HOME: home, PATH: `${lab.binDirectory}:/usr/bin:/bin` }, stdio: 'ignore' },
  );
  try {
    await until(`http://127.0.0.1:${port}/lab`, { authorization: `token ${token}` }, child);
    return (performance.now() - begun) / 1000;
  } finally {
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    await rm(home, { recursive: true, force: true });
  }
}

/** Asks until the answer is 200. */
async function until(url: string, headers: HubUser['headers'], child?: ChildProcess): Promise<void> {
  for (;;) {
    if (child !== undefined && child.exitCode !== null) throw new Error('jupyter lab ended');
    const status = await fetch(url, { headers, redirect: 'manual' }).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.status;
      },
      () => 0,
    );
    if (status === 200) return;
    await pause(20);
  }
}

/** A person's first overlay of the card, as the server's own job makes it. */
async function overlay(lab: BuiltEnvironment, kernel: BuiltEnvironment): Promise<Figure> {
  const directory = await mkdtemp(join(tmpdir(), 'vre-bench-overlay-'));
  const seconds: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      const { first } = await prepareKernels({
        lab,
        kernel,
        overlay: join(directory, `overlay${round}`),
        directory: join(directory, `kernels${round}`),
        overlayInJob: true,
      });
      const [program, ...words] = first;
      const begun = performance.now();
      await run(program, words);
      seconds.push((performance.now() - begun) / 1000);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return {
    what: 'overlay of own packages, made anew',
    measured: median(seconds),
    unit: 's',
    bound: 'at most',
    limit: 1,
  };
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
