import { checksumOfBytes } from '@vre/storage-checksums';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connectedHttp } from '../testing/connected-http.ts';
import { type LakeForTests, startLake } from '../testing/lake-for-tests.ts';
import {
  eventually,
  serial,
  startWorkflows,
  type WorkflowsUnderTest,
} from '../testing/workflows-under-test.test-support.ts';

let lake: LakeForTests;
let workflows: WorkflowsUnderTest;
let http: ReturnType<typeof connectedHttp>;
beforeEach(async () => {
  lake = await startLake();
  http = connectedHttp();
  workflows = await startWorkflows({
    addresses: { lake: lake.url, internal: () => lake.url },
    http: http.wrap,
    config: { 'rucio-environment': 'host' },
  });
  await lake.put('user.ada:events', 'user.ada:a.txt', 'first\n');
  await lake.put('user.ada:events', 'user.ada:b.txt', 'second\n');
});
afterEach(async () => {
  await workflows.close();
  await lake.close();
});

const specification = serial(
  [{ name: 'merge', commands: ['mkdir -p results; cat data/*.txt > results/all.txt'] }],
  {
    inputs: {
      parameters: { dataset: 'none:none', result: 'user.ada:merged' },
      'data-lake': [{ did: '$dataset', target: 'data/' }],
    },
    outputs: {
      files: ['results/all.txt'],
      'data-lake': [
        {
          dataset: '$result',
          files: ['results/all.txt'],
          rse: 'LOCAL-A',
          metadata: { topic: 'test', source: '$dataset' },
        },
      ],
    },
  },
);

async function connect(username: string) {
  const client = await workflows.clientOf(username);
  const url = new URL(await client.connect());
  http.grant({
    nonce: url.searchParams.get('nonce') ?? '',
    issuer: workflows.issuer.issuer,
    client: 'workflows',
    subject: await subjectOf(username),
  });
  const back = await fetch(
    `${workflows.url}/api/connect/callback?state=${url.searchParams.get('state')}&code=c`,
    { redirect: 'manual' },
  );
  return { client, back, url };
}
const subjectOf = async (username: string) =>
  JSON.parse(Buffer.from((await workflows.tokenOf(username)).split('.')[1] ?? '', 'base64url').toString())
    .sub as string;

const end = (client: Awaited<ReturnType<typeof connect>>['client'], run: string) =>
  eventually(async () => {
    const status = await client.runStatus(run);
    return ['finished', 'failed'].includes(status.status) && status;
  });

it('connects, stages by DID with checksums, and registers results with where they come from', async () => {
  const { client, back, url } = await connect('ada');
  expect(url.searchParams.get('scope')).toBe('openid offline_access wlcg.capabilityset:/data-lake');
  expect(back.status).toBe(303);
  expect(back.headers.get('location')).toBe(`${workflows.url}/computer?connected=1`);
  expect(await client.isConnected()).toBe(true);
  // The code is spent.
  const again = await fetch(
    `${workflows.url}/api/connect/callback?state=${url.searchParams.get('state')}&code=c`,
    { redirect: 'manual' },
  );
  expect(again.headers.get('location')).toContain('connected=0');

  lake.corruptNext('user.ada:b.txt');
  const { workflow_id: id } = await client.createRun('merge', specification);
  await client.startRun('merge', { parameters: { dataset: 'user.ada:events' } });
  const status = await end(client, 'merge');
  expect(status.x_reason).toBeUndefined();
  expect(await (await client.readFile('merge', 'results/all.txt')).text()).toBe('first\nsecond\n');

  const name = `user.ada:merge.1.${id.slice(0, 8)}.results.all.txt`;
  expect(lake.written.get(name)).toBe('first\nsecond\n');
  const adler32 = await checksumOfBytes(Buffer.from('first\nsecond\n'), 'adler32');
  expect(lake.replicas.get(name)).toEqual({ rse: 'LOCAL-A', bytes: 13, adler32 });
  expect([...(lake.datasets.get('user.ada:merged') ?? [])]).toEqual([name]);
  expect(lake.rules).toEqual([{ did: 'user.ada:merged', rse: 'LOCAL-A' }]);
  expect(lake.metadata.get(name)).toMatchObject({
    topic: 'test',
    workflow_run_id: id,
    workflow_run_name: 'merge.1',
    workflow_inputs: ['user.ada:events'],
    source: 'user.ada:events',
    workflow_environments: ['host'],
  });
  const { lakeData } = await client.runDetails('merge');
  expect(lakeData.map(({ direction, path, status }) => [direction, path, status])).toEqual([
    ['input', 'data/a.txt', 'done'],
    ['input', 'data/b.txt', 'done'],
    ['output', 'results/all.txt', 'done'],
  ]);
  const logs = (await client.logs('merge')).workflow_logs ?? '';
  expect(logs).toContain('checksum adler32 is');
  expect(logs).toContain('Staging user.ada:events to data/: 2 files');
  expect(logs).toContain('Results are in the lake as user.ada:merged');
  expect([...lake.tokens.lake]).toEqual(['access-1', 'access-2']);
  expect(http.asked[0]).toMatchObject({
    audience: 'rucio https://localhost:18003',
    scope: 'openid wlcg.capabilityset:/data-lake',
  });
});

it('refuses to connect another person than the one that began', async () => {
  const client = await workflows.clientOf('ada');
  const url = new URL(await client.connect());
  http.grant({
    nonce: url.searchParams.get('nonce') ?? '',
    issuer: workflows.issuer.issuer,
    client: 'workflows',
    subject: await subjectOf('mallory'),
  });
  const back = await fetch(
    `${workflows.url}/api/connect/callback?state=${url.searchParams.get('state')}&code=c`,
    { redirect: 'manual' },
  );
  expect(back.headers.get('location')).toContain('connected=0');
  expect(await client.isConnected()).toBe(false);
});

it.each([
  ['an unknown DID', 'user.ada:missing', /no user\.ada:missing/],
  ['no DID at all', 'nonsense', /not a data identifier/],
])('fails with one sentence for %s', async (_case, dataset, sentence) => {
  const { client } = await connect('ada');
  await client.createRun('bad', specification);
  await client.startRun('bad', { parameters: { dataset } });
  expect((await end(client, 'bad')).x_reason).toMatch(sentence);
});

it('fails when a file stays wrong, and leaves nothing of it in the workspace', async () => {
  const { client } = await connect('ada');
  const corruption = setInterval(() => lake.corruptNext('user.ada:b.txt'), 10);
  lake.corruptNext('user.ada:b.txt');
  await client.createRun('wrong', specification);
  await client.startRun('wrong', { parameters: { dataset: 'user.ada:events' } });
  const failed = await end(client, 'wrong');
  clearInterval(corruption);
  expect(failed.x_reason).toContain('user.ada:b.txt could not be staged: checksum adler32');
  expect((await client.listFiles('wrong')).items.map(({ name }) => name)).toEqual(['data/a.txt']);
});

it('gives a step with rucio: true a configuration and a token that is renewed', async () => {
  const { client } = await connect('ada');
  const seen =
    'cat $$RUCIO_CONFIG; echo; until [ "$$(cat $$BEARER_TOKEN_FILE)" = access-2 ]; do sleep 0.2; done; echo renewed';
  await client.createRun('inside', serial([{ commands: [seen], rucio: true }]));
  await client.startRun('inside');
  expect((await end(client, 'inside')).x_reason).toBeUndefined();
  const [job] = Object.values((await client.logs('inside')).job_logs);
  expect(job?.logs).toContain('auth_type = oidc');
  expect(job?.logs).toContain('account = ada');
  expect(job?.logs).toContain('renewed');
  expect(job?.logs).not.toContain('refresh-');
});

it('registers again what an interrupted registration had done already', async () => {
  const { client } = await connect('ada');
  lake.failNext('POST /rules/');
  await client.createRun('twice', specification);
  await client.startRun('twice', { parameters: { dataset: 'user.ada:events' } });
  expect((await end(client, 'twice')).x_reason).toContain('could not be registered');
  await client.restartRun('twice', { parameters: { dataset: 'user.ada:events' } });
  expect((await end(client, 'twice.1.1')).status).toBe('finished');
  expect(lake.rules).toHaveLength(1);
});

it('finds its own bytes again when it was interrupted between storage and catalogue', async () => {
  const { client } = await connect('ada');
  const { workflow_id: id } = await client.createRun('half', specification);
  await client.uploadFile('half', 'results/all.txt', 'first\nsecond\n');
  const name = `user.ada:half.1.${id.slice(0, 8)}.results.all.txt`;
  lake.written.set(name, 'first\nsecond\n');
  await client.startRun('half', { parameters: { dataset: 'user.ada:events' } });
  expect((await end(client, 'half')).x_reason).toBeUndefined();
  expect(lake.replicas.has(name)).toBe(true);
});

it('connects by device code', async () => {
  const ada = await workflows.tokenOf('ada');
  const ask = async (method: string, path: string) =>
    (await (
      await fetch(`${workflows.url}/api/connect/device${path}`, {
        method,
        headers: { authorization: `Bearer ${ada}`, 'content-type': 'application/json' },
        ...(method === 'POST' ? { body: '{}' } : {}),
      })
    ).json()) as Record<string, string>;
  const begun = await ask('POST', '');
  expect(begun).toMatchObject({
    userCode: 'ABCD',
    verificationUriComplete: 'http://issuer/device?code=ABCD',
  });
  expect(await ask('GET', `/${begun.id}`)).toEqual({ state: 'pending' });
  http.grant({
    nonce: '',
    issuer: workflows.issuer.issuer,
    client: 'workflows',
    subject: await subjectOf('ada'),
  });
  // Within the interval the issuer is not asked again.
  expect(await ask('GET', `/${begun.id}`)).toEqual({ state: 'pending' });
  workflows.context.clock.advance(6);
  expect(await ask('GET', `/${begun.id}`)).toEqual({ state: 'connected' });
  expect(await (await workflows.clientOf('ada')).isConnected()).toBe(true);
});
