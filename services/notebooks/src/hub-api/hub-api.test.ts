import { sql } from '@vre/database';
import { serverModel, tokenModel, userModel } from '@vre/protocol-jupyterhub';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HubUnderTest, startHub } from '../testing/hub-under-test.test-support.ts';

let hub: HubUnderTest;
let alice: Record<string, string>;
let ruth: Record<string, string>;
beforeAll(async () => {
  hub = await startHub();
  hub.person('ruth', ['/administrators']);
  hub.person('alice', ['/km3net']);
  [alice, ruth] = await Promise.all([hub.bearer('alice'), hub.bearer('ruth')]);
  await get('/user', alice);
  await get('/user', ruth);
});
afterAll(() => hub.close());

const get = (path: string, headers: Record<string, string> = {}) => hub.fetch(`/hub/api${path}`, { headers });
const send = (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
  hub.fetch(`/hub/api${path}`, { method, headers, ...(body === undefined ? {} : { body }) });

describe('the hub itself', () => {
  test.each(['/hub/api', '/hub/api/'])('tells its version at %s to anybody', async (path) => {
    const answer = await hub.fetch(path);
    expect([answer.status, answer.json()]).toEqual([200, { version: '6.1.1' }]);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('x-jupyterhub-version')).toBe('6.1.1');
  });

  test.each(['/user', '/users', '/users/alice', '/info', '/groups', '/services', '/proxy', '/x-events'])(
    '%s needs credentials',
    async (path) => {
      for (const headers of [{}, { authorization: 'token nope' }, { authorization: 'Basic YTpi' }] as Record<
        string,
        string
      >[]) {
        const answer = await get(path, headers);
        expect([answer.status, answer.json().status]).toEqual([403, 403]);
        expect(answer.json().message).toContain('Missing or invalid credentials.');
        expect(answer.headers.get('x-jupyterhub-version')).toBe('6.1.1');
      }
    },
  );

  test.each([
    ['/info', 403, 200],
    ['/users', 403, 200],
    ['/groups', 403, 200],
    ['/groups/%2Fkm3net', 404, 200],
    ['/groups/nope', 404, 404],
    ['/services', 200, 200],
    ['/services/nope', 404, 404],
    ['/proxy', 403, 200],
    ['/shares/alice/x', 404, 404],
    ['/users/ruth', 404, 200],
    ['/users/nobody', 404, 404],
    ['/nope', 404, 404],
  ])('%s: a person gets %i, an administrator %i', async (path, person, administrator) => {
    expect((await get(path, alice)).status).toBe(person);
    const answer = await get(path, ruth);
    expect(answer.status).toBe(administrator);
    if (administrator >= 400) expect(answer.json()).toEqual({ status: 404, message: expect.any(String) });
  });

  test('says why people are not made here, and that servers are not shared', async () => {
    expect((await send('POST', '/users', alice, { usernames: ['x'] })).status).toBe(403);
    const refused = await send('POST', '/users', ruth, { usernames: ['x'] });
    expect([refused.status, refused.json().message.includes('sign-in service')]).toEqual([405, true]);
    expect((await send('DELETE', '/users/alice', ruth)).status).toBe(405);
    expect((await get('/shares/alice/x', alice)).json().message).toContain('cannot be shared');
  });

  test('a token of another audience is none', async () => {
    const token = await hub.issuer.token({ sub: hub.person('alice'), aud: 'reana' });
    expect((await get('/user', { authorization: `Bearer ${token}` })).status).toBe(403);
  });

  test('a body that is no JSON is told', async () => {
    const answer = await hub.fetch('/hub/api/users/alice/tokens', {
      method: 'POST',
      headers: { ...alice, 'content-type': 'text/plain' },
      body: undefined,
    });
    expect(answer.status).toBe(201);
    const broken = await fetch(`${hub.url}/hub/api/users/alice/tokens`, {
      method: 'POST',
      headers: alice,
      body: '{"note":',
    });
    expect(await broken.json()).toEqual({ status: 400, message: 'The body is not valid JSON.' });
  });
});

test('one person makes so many tokens and no more', async () => {
  const tony = await hub.bearer('tony');
  await get('/user', tony);
  await sql`
    insert into hub.token (hash, kind, account_id, scopes, created_at)
    select sha256(convert_to(nth::text, 'utf8')), 'api', account.id, '{}', now()
    from generate_series(1, 499) as nth, hub.account where name = 'tony'`.execute(
    hub.context.database.direct,
  );
  expect((await send('POST', '/users/tony/tokens', tony, {})).status).toBe(201);
  const refused = await send('POST', '/users/tony/tokens', tony, {});
  expect([refused.status, refused.json().message]).toEqual([429, expect.stringContaining('revoke')]);
  const { api_tokens: tokens } = (await get('/users/tony/tokens', tony)).json();
  expect(tokens).toHaveLength(500);
});

test('options of a server are no store', async () => {
  const refused = await send('POST', '/users/alice/server', alice, { padding: 'x'.repeat(10_000) });
  expect([refused.status, refused.json().message]).toEqual([400, expect.stringContaining('8192')]);
});

describe('people', () => {
  test('see themselves whole', async () => {
    const model = userModel.parse((await get('/users/alice', alice)).json());
    expect(model).toMatchObject({
      name: 'alice',
      admin: false,
      roles: ['user'],
      groups: ['/km3net'],
      server: null,
      pending: null,
      servers: {},
      created: expect.stringMatching(/Z$/),
    });
  });

  test('are listed in pages, filtered, sorted', async () => {
    for (const name of ['bea', 'ben', 'bert']) await get('/user', await hub.bearer(name));
    const list = async (query: string) =>
      (await get(`/users?${query}`, ruth)).json().map(({ name }: { name: string }) => name);
    expect(await list('name_filter=be&sort=name')).toEqual(['bea', 'ben', 'bert']);
    expect(await list('name_filter=be&sort=-name&limit=2')).toEqual(['bert', 'ben']);
    expect(await list('name_filter=be&sort=id&offset=1')).toEqual(['ben', 'bert']);
    expect(await list('name_filter=%25')).toEqual([]);
    const paged = await get('/users?name_filter=be&sort=name&limit=2', {
      ...ruth,
      accept: 'application/jupyterhub-pagination+json',
    });
    const { items, _pagination } = paged.json();
    expect(items).toHaveLength(2);
    expect(_pagination).toMatchObject({ offset: 0, limit: 2, total: 3, next: { offset: 2, limit: 2 } });
    const next = await hub.fetch(_pagination.next.url, {
      headers: { ...ruth, accept: 'application/jupyterhub-pagination+json' },
    });
    expect(next.json()).toMatchObject({ items: [{ name: 'bert' }], _pagination: { next: null } });
    expect((await get('/users?sort=age', ruth)).status).toBe(400);
    expect((await get('/users?state=odd', ruth)).status).toBe(400);
    await send('POST', '/users/bea/server', await hub.bearer('bea'), {});
    expect(await list('state=ready')).toEqual(['bea']);
    expect(await list('state=active')).toEqual(['bea']);
    expect(await list('state=inactive&name_filter=be&sort=name')).toEqual(['ben', 'bert']);
    expect((await get('/groups', ruth)).json()).toContainEqual({
      kind: 'group',
      name: '/km3net',
      roles: [],
      users: ['alice'],
      properties: {},
    });
  });
});

describe('servers', () => {
  test('start, are shown, are followed, stop, go', async () => {
    hub.fake.nextState = 'starting';
    const started = await send('POST', '/users/alice/servers/fit', alice, { profile: 'ruth', gpu: true });
    expect(started.status).toBe(202);
    expect(serverModel.parse(started.json())).toMatchObject({
      name: 'fit',
      full_name: 'alice/fit',
      pending: 'spawn',
      ready: false,
      stopped: false,
      url: '/user/alice/fit/',
      full_url: `${hub.url}/user/alice/fit/`,
      user_options: { profile: 'ruth', gpu: true },
      progress_url: '/hub/api/users/alice/servers/fit/progress',
    });
    hub.fake.events = [
      { progress: 50, message: 'half' },
      { progress: 100, ready: true, message: 'done', url: '/user/alice/fit/' },
    ];
    const progress = await get('/users/alice/servers/fit/progress', alice);
    expect(progress.headers.get('content-type')).toContain('text/event-stream');
    expect(progress.headers.get('x-accel-buffering')).toBe('no');
    const lines = progress.text.split('\n').filter((line) => line.startsWith('data: '));
    expect(lines.map((line) => JSON.parse(line.slice(6)))).toEqual(hub.fake.events);

    expect((await send('POST', '/users/alice/servers/fit', alice, {})).status).toBe(202);
    expect((await get('/users/alice', alice)).json().servers.fit.pending).toBe('spawn');
    expect((await send('DELETE', '/users/alice/servers/fit', alice)).status).toBe(204);
    expect((await get('/users/alice', alice)).json().servers).toEqual({});
    const all = (await get('/users/alice?include_stopped_servers=1', alice)).json();
    expect(all.servers.fit.stopped).toBe(true);
    expect((await get('/users/alice/servers/fit/progress', alice)).status).toBe(400);
    expect((await send('DELETE', '/users/alice/servers/fit', alice, { remove: true })).status).toBe(204);
    expect((await get('/users/alice/servers/fit', alice)).status).toBe(404);
    expect((await get('/users/alice/servers/fit/progress', alice)).status).toBe(404);
    expect((await send('DELETE', '/users/alice/servers/fit', alice)).status).toBe(404);
    expect((await send('DELETE', '/users/alice/servers/fit', alice, { remove: true })).status).toBe(404);
  });

  test('the default one is ready at its own address, with one event for those who come late', async () => {
    hub.fake.nextState = 'ready';
    expect((await send('POST', '/users/alice/server', alice)).status).toBe(201);
    expect((await get('/users/alice', alice)).json()).toMatchObject({
      server: '/user/alice/',
      pending: null,
    });
    const { vre } = serverModel.parse((await get('/users/alice/server', alice)).json());
    const fourHours = hub.context.clock.now().getTime() + 4 * 3_600_000;
    expect(vre).toMatchObject({ state: 'ready', percent: 100, stops_at: new Date(fourHours).toISOString() });
    const { text } = await get('/users/alice/server/progress', alice);
    expect(text.match(/data: /g)).toHaveLength(1);
    expect(text).toContain('"ready":true');
    expect((await get('/proxy', ruth)).json()['/user/alice/']).toMatchObject({
      target: 'http://127.0.0.1:4711',
      data: { user: 'alice', server_name: '' },
    });
    const until = '2030-01-01T00:00:00Z';
    expect((await send('POST', '/users/alice/server/x-keep-alive', alice, { until })).status).toBe(204);
    expect(hub.fake.kept).toEqual([{ name: '', until: new Date(until) }]);
    expect((await get('/users/alice/server/x-log', alice)).json()).toEqual({ lines: ['log of '] });
    expect((await get('/users/alice/server/x-log', ruth)).status).toBe(403);
    expect((await send('DELETE', '/users/alice/server', alice, { remove: true })).status).toBe(400);
    expect((await send('DELETE', '/users/alice/server', alice)).status).toBe(204);
  });

  test('a failed start says so in one event', async () => {
    hub.fake.nextState = 'failed';
    await send('POST', '/users/alice/servers/broken', alice, {});
    const { text } = await get('/users/alice/servers/broken/progress', alice);
    expect(text).toContain('"failed":true');
    expect(text).toContain('out of memory');
    hub.fake.nextState = 'ready';
  });

  test('of other people are not there, and an administrator may stop but not start as them by a name', async () => {
    for (const [method, path] of [
      ['POST', '/users/ruth/server'],
      ['DELETE', '/users/ruth/server'],
      ['GET', '/users/ruth/server'],
      ['GET', '/users/ruth/server/progress'],
      ['GET', '/users/ruth/tokens'],
      ['POST', '/users/ruth/tokens'],
    ] as const)
      expect((await send(method, path, alice)).status).toBe(404);
    await send('POST', '/users/alice/server', alice, {});
    expect((await send('DELETE', '/users/alice/server', ruth)).status).toBe(204);
  });

  test.each(['.hidden', 'a b', 'a%2Fb', 'a%5Cb', '-x', 'x'.repeat(51), '%C3%A9'])(
    'a server cannot be named %s',
    async (name) => {
      const answer = await send('POST', `/users/alice/servers/${name}`, alice, {});
      expect([400, 404]).toContain(answer.status);
      expect((await get('/users/alice?include_stopped_servers=1', alice)).json().servers).not.toHaveProperty(
        decodeURIComponent(name),
      );
    },
  );
});

describe('tokens', () => {
  test('are shown once, listed without their value, used, revoked', async () => {
    const made = await send('POST', '/users/alice/tokens', alice, { note: 'laptop', expires_in: 3600 });
    expect(made.status).toBe(201);
    const model = tokenModel.parse(made.json());
    expect(model).toMatchObject({ id: expect.stringMatching(/^a\d+$/), note: 'laptop', scopes: ['inherit'] });
    expect(model.token).toMatch(/^[0-9a-f]{32}$/);
    const own = { authorization: `token ${model.token}` };
    expect((await get('/user', own)).json()).toMatchObject({ name: 'alice', token_id: model.id });
    const { api_tokens: list } = (await get('/users/alice/tokens', own)).json();
    expect(list.find(({ id }: { id: string }) => id === model.id)).toMatchObject({
      note: 'laptop',
      last_activity: expect.any(String),
    });
    expect(JSON.stringify(list)).not.toContain(model.token);
    expect((await get(`/users/alice/tokens/${model.id}`, alice)).json().id).toBe(model.id);
    expect((await get(`/users/ruth/tokens/${model.id}`, ruth)).status).toBe(404);
    expect((await send('DELETE', `/users/alice/tokens/${model.id}`, own)).status).toBe(204);
    expect((await get('/user', own)).status).toBe(403);
    expect((await send('DELETE', `/users/alice/tokens/${model.id}`, alice)).status).toBe(404);
    expect((await get('/users/alice/tokens/x9', alice)).status).toBe(404);
  });

  test('give nothing that their maker does not have, and end no later', async () => {
    const small = (
      await send('POST', '/users/alice/tokens', alice, { scopes: ['tokens!user'], expires_in: 60 })
    ).json();
    const headers = { authorization: `Bearer ${small.token}` };
    expect((await send('POST', '/users/alice/tokens', headers, { scopes: ['self'] })).status).toBe(400);
    expect((await send('POST', '/users/alice/server', headers, {})).status).toBe(403);
    const child = (await send('POST', '/users/alice/tokens', headers, { expires_in: 9999 })).json();
    expect(child.expires_at).toBe(small.expires_at);
    expect(child.scopes).toEqual(['read:tokens!user=alice', 'tokens!user=alice']);
    expect((await send('POST', '/users/alice/tokens', alice, { scopes: ['wat'] })).status).toBe(400);
    expect((await send('POST', '/users/alice/tokens', alice, { scopes: ['read:hub'] })).status).toBe(400);
    expect((await send('POST', '/users/alice/tokens', alice, { roles: ['admin'] })).status).toBe(400);
    hub.context.clock.advance(61);
    expect((await get('/user', headers)).status).toBe(403);
  });
});

test('events of one’s own servers are streamed, from the last one seen', async () => {
  const { outbox, database } = hub.context;
  const before = await outbox.latest();
  await outbox.publish(database.direct, [
    { topic: 'server.changed', accountId: hub.person('alice'), data: { name: '', state: 'ready' } },
    { topic: 'server.changed', accountId: hub.person('ruth'), data: { name: 'secret', state: 'ready' } },
    { topic: 'server.changed', accountId: hub.person('alice'), data: { name: 'end', state: 'ready' } },
  ]);
  for (const path of ['/x-events', '/hub/api/x-events']) {
    const answer = await fetch(hub.url + path, { headers: { ...alice, 'last-event-id': before } });
    let text = '';
    for await (const chunk of answer.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.includes('"end"')) break;
    }
    expect(text).toContain('event: server.changed');
    expect(text).not.toContain('secret');
  }
});
