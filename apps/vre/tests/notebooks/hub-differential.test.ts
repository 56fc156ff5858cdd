import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { buildEnvironments } from '../../src/client/build-environments.ts';
import { test } from '../harness/clients-test.ts';
import { type HubPeer, startHubPeer } from '../harness/hub-peer.ts';
import { createHubPerson } from '../harness/hub-person.ts';
import { sharedBuilds, startPlatformForTests, type TestPlatform } from '../harness/platform.ts';
import { until } from '../harness/wait.ts';
import { deviations } from './hub-deviations.ts';
import { type Step, script } from './hub-script.ts';

type Side = {
  readonly api: string;
  readonly me: string;
  readonly other: string;
  readonly tokens: Readonly<Record<'me' | 'administrator', string>>;
};
type Answer = { readonly status: number; readonly type: string; readonly shape: unknown };

let platform: TestPlatform;
let peer: HubPeer;
let ours: Side;
let theirs: Side;
beforeAll(async () => {
  const { lab } = await buildEnvironments(['lab'], sharedBuilds, (line) => process.stderr.write(`${line}\n`));
  // One after the other, so that what was started is ended when the other cannot be.
  platform = await startPlatformForTests({ name: 'hub-peer' });
  peer = await startHubPeer(lab);
  const [me, other, administrator] = [
    await createHubPerson(platform),
    await createHubPerson(platform),
    await createHubPerson(platform, { administrator: true }),
  ];
  ours = {
    api: `${platform.addresses.notebooks}/hub/api`,
    me: me.name,
    other: other.name,
    tokens: { me: me.token, administrator: administrator.token },
  };
  const token = await peer.person(me.name);
  await peer.person(other.name);
  theirs = {
    api: `${peer.url}/hub/api`,
    me: me.name,
    other: other.name,
    tokens: { me: token, administrator: await peer.person('admin') },
  };
});
afterAll(async () => {
  await peer?.stop();
  await platform?.dispose();
});

/** Names and types of what an answer holds: elements of a list count as one, names of servers stand for themselves. */
function shapeOf(value: unknown): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, shapeOf(inner)] as const)
      .sort(([one], [two]) => (one < two ? -1 : 1)),
  );
}

/** Fields in which two shapes differ; null may stand for anything, an empty list for any list. */
function differences(one: unknown, two: unknown, path = ''): readonly string[] {
  if (one === 'null' || two === 'null') return [];
  if (Array.isArray(one) && Array.isArray(two))
    return one.length === 0 || two.length === 0 ? [] : differences(one[0], two[0], `${path}[]`);
  if (
    typeof one === 'object' &&
    typeof two === 'object' &&
    one &&
    two &&
    !Array.isArray(one) &&
    !Array.isArray(two)
  ) {
    const [left, right] = [one as Record<string, unknown>, two as Record<string, unknown>]; // shapes of objects
    return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) => {
      const at = path === '' ? key : `${path}.${key}`;
      if (!(key in left)) return [`${at} (only JupyterHub)`];
      if (!(key in right)) return [`${at} (only ours)`];
      return differences(left[key], right[key], at);
    });
  }
  return JSON.stringify(one) === JSON.stringify(two)
    ? []
    : [`${path} ${JSON.stringify(one)} ≠ ${JSON.stringify(two)}`];
}

async function play(side: Side): Promise<ReadonlyMap<string, Answer>> {
  const answers = new Map<string, Answer>();
  let kept = { id: '', token: '' };
  const filled = (text: string) =>
    text.replaceAll('{me}', side.me).replaceAll('{other}', side.other).replaceAll('{kept}', kept.id);
  const tokenOf = (as: Step['as'] = 'me') =>
    ({ ...side.tokens, forged: '0'.repeat(32), nobody: undefined, kept: kept.token })[as];
  const call = async (step: Pick<Step, 'method' | 'path' | 'json' | 'raw' | 'accept' | 'as'>) => {
    const token = tokenOf(step.as);
    const body = step.raw ?? (step.json === undefined ? undefined : filled(JSON.stringify(step.json)));
    const response = await fetch(`${side.api}${filled(step.path)}`, {
      method: step.method ?? 'GET',
      redirect: 'manual',
      headers: {
        ...(token === undefined ? {} : { authorization: `token ${token}` }),
        ...(step.accept === undefined ? {} : { accept: step.accept }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
    });
    return { response, text: await response.text() };
  };
  for (const step of script) {
    const { response, text } = await call(step);
    const type = response.headers.get('content-type')?.split(';')[0] ?? '';
    const events = text.split('\n').filter((line) => line.startsWith('data: '));
    const body: unknown =
      type === 'text/event-stream'
        ? JSON.parse((events.at(-1) ?? 'data: null').slice('data: '.length))
        : type.includes('json') && text !== ''
          ? JSON.parse(text)
          : undefined;
    answers.set(step.name, { status: response.status, type: text === '' ? '' : type, shape: shapeOf(body) });
    if (step.keep) kept = body as typeof kept; // a token's model
    if (step.until !== undefined) {
      const wanted = step.until;
      await until(
        async () => JSON.parse((await call({ path: '/users/{me}?include_stopped_servers' })).text),
        ({ servers }) =>
          wanted === 'ready'
            ? servers['']?.ready
            : servers['']?.ready !== true && servers['']?.pending == null,
        120,
      );
    }
  }
  return answers;
}

test('both hubs answer the same script alike, but for what the page lists', async () => {
  expect(peer.version).toMatch(/^6\.1\./);
  const [mine, real] = [await play(ours), await play(theirs)];
  const found = script.flatMap(({ name }) => {
    const [one, two] = [mine.get(name) as Answer, real.get(name) as Answer];
    const status = one.status === two.status ? [] : [`status ${one.status} ≠ ${two.status}`];
    // Bodies of different outcomes say nothing about each other.
    const more =
      status.length > 0
        ? []
        : [
            ...(one.type === two.type ? [] : [`type ${one.type} ≠ ${two.type}`]),
            ...differences(one.shape, two.shape),
          ];
    return [...status, ...more].map((what) => ({ step: name, what }));
  });
  const fits = (what: string, pattern: string) =>
    pattern.startsWith('…') ? what.endsWith(pattern.slice(1)) : what.startsWith(pattern);
  const listed = (one: { readonly step: string; readonly what: string }) =>
    deviations.find(
      ({ steps, what }) => (steps === undefined || steps.includes(one.step)) && fits(one.what, what),
    );
  expect(found.filter((one) => listed(one) === undefined)).toEqual([]);
  expect(deviations.filter((one) => !found.some((seen) => listed(seen) === one))).toEqual([]);
});

test('the page of the REST API gives the reason for each deviation', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../../docs/reference/hub-api.md'), 'utf8');
  expect(deviations.map(({ because }) => because).filter((sentence) => !page.includes(sentence))).toEqual([]);
});
