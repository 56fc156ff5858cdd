import { request as httpRequest } from 'node:http';
import { sql } from '@vre/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  serial,
  startWorkflows,
  type WorkflowsUnderTest,
} from '../testing/workflows-under-test.test-support.ts';

let workflows: WorkflowsUnderTest;
let bearer: string;
beforeAll(async () => {
  workflows = await startWorkflows({ withoutWorker: true });
  bearer = await workflows.tokenOf('ada');
});
afterAll(() => workflows.close());

const specification = serial([{ name: 's', commands: ['true'] }], { inputs: { parameters: { x: 1 } } });

async function ask(method: string, path: string, body?: string, token: string | undefined = bearer) {
  const headers = {
    'content-type': 'application/json',
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
  const answer = await fetch(`${workflows.url}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

describe('every refusal is JSON with a message', () => {
  it.each([
    ['no token', 'GET', '/api/workflows', undefined, '', 401, /not signed in/],
    [
      'wrong token',
      'GET',
      '/api/you?access_token=abcdefghijklmnopqrstuv',
      undefined,
      '',
      403,
      /Token not valid/,
    ],
    ['JWT of nobody', 'GET', '/api/you', undefined, 'a.b.c', 403, /Token not valid/],
    ['unknown route', 'GET', '/api/nothing', undefined, undefined, 404, /Nothing is served/],
    [
      'unknown run',
      'GET',
      '/api/workflows/nope/status',
      undefined,
      undefined,
      404,
      /REANA_WORKON is set to nope/,
    ],
    [
      'unknown run, specification',
      'GET',
      '/api/workflows/nope/specification',
      undefined,
      undefined,
      403,
      /REANA_WORKON/,
    ],
    ['broken JSON', 'POST', '/api/workflows?workflow_name=a', '{"a":', undefined, 400, /not JSON/],
    ['no body', 'POST', '/api/workflows?workflow_name=a', '', undefined, 400, /missing/],
    ['no map', 'POST', '/api/workflows?workflow_name=a', '[]', undefined, 400, /must be a map/],
    [
      'dots',
      'POST',
      '/api/workflows?workflow_name=a.b',
      JSON.stringify(specification),
      undefined,
      400,
      /dots/,
    ],
    [
      'uuid',
      'POST',
      '/api/workflows?workflow_name=11111111-1111-4111-8111-111111111111',
      JSON.stringify(specification),
      undefined,
      400,
      /UUIDv4/,
    ],
    [
      'long name',
      'POST',
      `/api/workflows?workflow_name=${'a'.repeat(300)}`,
      JSON.stringify(specification),
      undefined,
      400,
      /255/,
    ],
    [
      'other engine',
      'POST',
      '/api/workflows?workflow_name=a',
      '{"workflow":{"type":"cwl","file":"x"}}',
      undefined,
      501,
      /not supported/,
    ],
    ['bad encoding', 'GET', '/api/workflows/%E0%A4%A/status', undefined, undefined, 400, /./],
    ['bad page', 'GET', '/api/workflows?type=batch&page=0', undefined, undefined, 400, /page/],
    [
      'name given twice',
      'POST',
      '/api/workflows?workflow_name=a&workflow_name=b',
      JSON.stringify(specification),
      undefined,
      400,
      /workflow_name/,
    ],
    ['bad search', 'GET', '/api/workflows?type=batch&search=a', undefined, undefined, 400, /JSON/],
    [
      'POST tokens with a REANA token',
      'POST',
      '/api/x-tokens',
      '{}',
      'abc',
      403,
      /Only a token of the sign-in service/,
    ],
  ])('%s', async (_case, method, path, body, token, status, message) => {
    const answer = await ask(method, path, body, token);
    expect(answer.status).toBe(status);
    expect(String(answer.body.message)).toMatch(message);
  });
});

describe('a specification that cannot work is refused when it is created', () => {
  const step = { name: 's', environment: 'debian:12', commands: ['true'] };
  const steps = (...list: unknown[]) => ({ workflow: { type: 'serial', specification: { steps: list } } });
  it.each([
    ['no workflow', { version: '0.9.0' }, /workflow: is missing/],
    ['no steps', { workflow: { type: 'serial', specification: {} } }, /steps: is missing/],
    ['an empty list of steps', steps(), /specification\.steps/],
    [
      'a step without commands',
      steps({ ...step, commands: undefined }),
      /steps\[0\]\.commands: a step needs at least one command/,
    ],
    [
      'a step without a command',
      steps(step, { ...step, commands: [] }),
      /steps\[1\]\.commands: a step needs at least one command/,
    ],
    [
      'an empty command',
      steps({ ...step, commands: [''] }),
      /steps\[0\]\.commands\[0\]: a step needs at least one command|commands\[0\]/,
    ],
    ['a command that is no text', steps({ ...step, commands: [1] }), /steps\[0\]\.commands\[0\]/],
    ['a step without image', steps({ ...step, environment: undefined }), /steps\[0\]\.environment/],
    ['a step that is no map', steps('true'), /steps\[0\]/],
    [
      'a bad amount of memory',
      steps({ ...step, kubernetes_memory_limit: 'lots' }),
      /kubernetes_memory_limit: must be a memory quantity/,
    ],
    [
      'an input above',
      { ...steps(step), inputs: { files: ['../up'] } },
      /inputs\.files: "\.\.\/up" leads out/,
    ],
    [
      'an absolute input',
      { ...steps(step), inputs: { directories: ['/etc'] } },
      /inputs\.directories: "\/etc" is absolute/,
    ],
    [
      'an output above',
      { ...steps(step), outputs: { directories: ['a/../../b'] } },
      /outputs\.directories: .* leads out/,
    ],
    [
      'an absolute output',
      { ...steps(step), outputs: { files: ['/etc/passwd'] } },
      /outputs\.files: "\/etc\/passwd" is absolute/,
    ],
    ['inputs that are no map', { ...steps(step), inputs: [] }, /inputs/],
  ])('%s', async (_case, body, message) => {
    const answer = await ask('POST', '/api/workflows?workflow_name=refused', JSON.stringify(body));
    expect([answer.status, String(answer.body.message)]).toEqual([400, expect.stringMatching(message)]);
  });

  it('tells unknown keys at every place, and runs', async () => {
    const body = {
      ...steps({ ...step, colour: 'red' }),
      flavour: 1,
      inputs: { taste: [] },
      outputs: { smell: [] },
    };
    const { status, body: answer } = await ask(
      'POST',
      '/api/workflows?workflow_name=odd',
      JSON.stringify(body),
    );
    expect(status).toBe(201);
    const told = (answer.validation_warnings as { message: string }[])
      .map(({ message }) => message)
      .join(' ');
    for (const place of ['flavour', 'inputs.taste', 'outputs.smell', 'steps[0].colour'])
      expect(told).toContain(`${place}: this key is not known`);
  });
});

describe('runs', () => {
  it('counts runs of a name, and keeps those of others apart', async () => {
    const [ada, bob] = [await workflows.clientOf('ada'), await workflows.clientOf('bob')];
    const names = await Promise.all([1, 2, 3].map(() => ada.createRun('n', specification)));
    expect(names.map(({ workflow_name: name }) => name).sort()).toEqual(['n.1', 'n.2', 'n.3']);
    expect((await bob.createRun('n', specification)).workflow_name).toBe('n.1');
    const [run] = names;
    await expect(bob.runStatus(run?.workflow_id ?? '')).rejects.toMatchObject({ statusCode: 404 });
    expect((await ada.runStatus('n')).name).toBe('n.3');
    expect((await ada.runStatus('n.2')).name).toBe('n.2');
    expect((await ada.runStatus('n.whatever')).name).toBe('n.3');
    await ada.deleteRun('n.3');
    expect((await ada.runStatus('n')).name).toBe('n.2');
    expect((await ada.createRun('n', specification)).workflow_name).toBe('n.4');
    await ada.deleteRun('n', { allRuns: true });
    expect((await ada.listRuns({ name: 'n', status: ['created'] })).total).toBe(0);
    await expect(ada.deleteRun('n')).rejects.toMatchObject({ statusCode: 404 });
  });

  it('takes status lists as commas, as repeated keys, and both', async () => {
    const client = await workflows.clientOf('cleo');
    await client.createRun('one', specification);
    await client.createRun('two', specification);
    await client.startRun('two');
    const token = await workflows.tokenOf('cleo');
    for (const [query, total] of [
      ['status=created,queued', 2],
      ['status=created&status=queued,failed', 2],
      ['status=queued', 1],
      ['search=%7B%22name%22%3A%5B%22ONE%22%5D%7D', 1],
    ] as const) {
      const { body } = await ask('GET', `/api/workflows?type=batch&${query}`, undefined, token);
      expect(body.total).toBe(total);
    }
    const page = await client.listRuns({ size: 1, page: 2, sort: 'asc', progress: true });
    expect(page).toMatchObject({ total: 2, has_prev: true, has_next: false });
    expect(page.items[0]).toMatchObject({ name: 'two.1', status: 'queued' });
    expect(page.items[0]?.progress.total?.total).toBe(0);
  });

  it('holds no null but where clients allow it', async () => {
    const { body } = await ask('GET', '/api/workflows?type=batch&verbose=True');
    const nulls = (body.items as Record<string, unknown>[]).flatMap((item) =>
      Object.entries(item)
        .filter(([, value]) => value === null)
        .map(([key]) => key),
    );
    expect(new Set(nulls)).toEqual(new Set(['launcher_url']));
    const you = await ask('GET', '/api/you');
    expect(JSON.stringify(you.body)).not.toContain('null');
  });

  it('refuses unknown parameters and options, and a second start', async () => {
    const client = await workflows.clientOf('ada');
    await client.createRun('p', specification);
    await expect(client.startRun('p', { parameters: { y: 1 } })).rejects.toThrow(
      'Input parameter "y" is not present',
    );
    await expect(client.startRun('p', { options: { report: 1 } })).rejects.toThrow(
      'Operational option "report"',
    );
    await client.startRun('p', { parameters: { x: 2 }, options: { CACHE: 'off' } });
    await expect(client.startRun('p')).rejects.toMatchObject({ statusCode: 403 });
    await expect(client.restartRun('p')).rejects.toThrow('Only finished or failed');
    expect((await client.specification('p')).parameters).toEqual({ x: 2 });
    await client.stopRun('p');
    expect((await client.runStatus('p')).status).toBe('stopped');
  });

  it('tells unknown keys as warnings', async () => {
    const client = await workflows.clientOf('ada');
    const created = await client.createRun('w', { ...specification, colour: 'red' });
    expect(created.validation_warnings?.[0]?.message).toContain('colour');
  });

  it('reads the body of a GET for logs', async () => {
    const client = await workflows.clientOf('ada');
    await client.createRun('g', specification);
    const text = await new Promise<string>((resolve, reject) => {
      const request = httpRequest(
        `${workflows.url}/api/workflows/g/logs`,
        {
          method: 'GET',
          headers: {
            authorization: `Bearer ${bearer}`,
            'content-type': 'application/json',
            'content-length': 5,
          },
        },
        (answer) => {
          let body = '';
          answer.on('data', (chunk) => {
            body += chunk;
          });
          answer.on('end', () => resolve(body));
        },
      );
      request.on('error', reject);
      request.end('["s"]');
    });
    expect(JSON.parse(JSON.parse(text).logs)).toMatchObject({ workflow_logs: null, job_logs: {} });
  });
});

describe('tokens', () => {
  it('end after the usual life, and then say what to do', async () => {
    const client = await workflows.clientOf('ada');
    const minted = await client.mintToken('forgotten');
    const left = Date.parse(minted.expiresAt ?? '') - workflows.context.clock.now().getTime();
    expect(left).toBe(90 * 86_400_000);
    const ping = () => ask('GET', `/api/you?access_token=${minted.token}`, undefined, '');
    expect((await ping()).status).toBe(200);
    await sql`update workflows.token set expires_at = ${workflows.context.clock.now()} where id = ${minted.id}`.execute(
      workflows.context.database.direct,
    );
    const { status, body } = await ping();
    expect(status).toBe(403);
    expect(body.message).toMatch(
      /^Token not valid\. It expired on \d{4}-\d\d-\d\d: run "vre client setup" again, or make a new one at http.*\/computer\.$/,
    );
    expect((await client.listTokens()).map(({ label }) => label)).not.toContain('forgotten');
  });

  it('are shown once, listed, and end when revoked', async () => {
    const client = await workflows.clientOf('ada');
    const minted = await client.mintToken('laptop', 1);
    expect(minted.token).toMatch(/^[\w-]{22}$/);
    expect((await ask('GET', `/api/you?access_token=${minted.token}`, undefined, '')).body).toMatchObject({
      email: 'ada@example.org',
      full_name: 'ada Tester',
      reana_token: { status: 'active' },
    });
    const listed = await client.listTokens();
    expect(listed.find(({ id }) => id === minted.id)).toMatchObject({ label: 'laptop' });
    expect(JSON.stringify(listed)).not.toContain(minted.token);
    await client.revokeToken(minted.id);
    const after = await ask('GET', `/api/you?access_token=${minted.token}`, undefined, '');
    expect(after).toMatchObject({ status: 403, body: { message: 'User access token revoked.' } });
    await expect(client.revokeToken(minted.id)).rejects.toMatchObject({ statusCode: 404 });
  });
});

it('streams events of the person alone', async () => {
  const abort = new AbortController();
  const answer = await fetch(`${workflows.url}/api/x-events`, {
    headers: { authorization: `Bearer ${bearer}` },
    signal: abort.signal,
  });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  const ada = await workflows.clientOf('ada');
  await (await workflows.clientOf('bob')).createRun('others', specification);
  const { workflow_id: id } = await ada.createRun('events', specification);
  await ada.startRun('events');
  let text = '';
  while (!text.includes('queued')) text += (await reader?.read())?.value ?? '';
  abort.abort();
  expect(text).toContain(`event: run.status\ndata: {"name": "events.1"`.replaceAll('": "', '":"'));
  expect(text).toContain(id);
  expect(text).not.toContain('others');
});
