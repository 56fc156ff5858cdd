import { describe, expect, it } from 'vitest';
import { createHubClient } from './client.ts';

type Asked = { method: string; path: string; body: unknown; accept: string | null };

/** A hub that answers each request in turn, and what it was asked. */
function hub(...answers: readonly Response[]) {
  const asked: Asked[] = [];
  const queue = [...answers];
  const client = createHubClient({
    baseUrl: '/x/hub',
    fetch: async (input, init) => {
      asked.push({
        method: init?.method ?? 'GET',
        path: String(input),
        body: typeof init?.body === 'string' ? JSON.parse(init.body) : undefined,
        accept: new Headers(init?.headers).get('accept'),
      });
      return queue.shift() ?? new Response(null, { status: 500 });
    },
  });
  return { client, asked };
}
const eva = { kind: 'user', name: 'eva' };

describe('requests', () => {
  it('names the default server apart from the others, and escapes names', async () => {
    const { client, asked } = hub(new Response('', { status: 202 }), new Response('', { status: 201 }));
    expect(await client.startServer('e@va', '', { profile: 'lofar' })).toBe('pending');
    expect(await client.startServer('e@va', 'a/b', {})).toBe('ready');
    expect(asked.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['POST', '/x/hub/users/e%40va/server', { profile: 'lofar' }],
      ['POST', '/x/hub/users/e%40va/servers/a%2Fb', {}],
    ]);
  });
  it('keeps a server until a moment', async () => {
    const { client, asked } = hub(new Response(null, { status: 204 }));
    await client.keepServer('eva', '', new Date('2026-11-22T22:00:00Z'));
    expect(asked[0]).toMatchObject({
      path: '/x/hub/users/eva/server/x-keep-alive',
      body: { until: '2026-11-22T22:00:00.000Z' },
    });
  });
  it.each([
    [204, 'stopped'],
    [202, 'pending'],
  ] as const)('tells by %d that a server is %s', async (status, word) =>
    expect(await hub(new Response(null, { status })).client.stopServer('eva', '')).toBe(word),
  );
});

describe('answers', () => {
  it.each([
    ['a page', { items: [eva], _pagination: { offset: 0, limit: 1, total: 7, next: null } }, 7],
    ['a bare list', [eva], 1],
  ])('reads users from %s', async (_, body, total) => {
    const { client, asked } = hub(Response.json(body));
    expect(await client.activeUsers({ offset: 0, limit: 1 })).toEqual({ users: [eva], total });
    expect(asked[0]?.accept).toBe('application/jupyterhub-pagination+json');
  });
  it('follows a start to its end', async () => {
    const { client } = hub(new Response('data: {"progress":100,"message":"up","ready":true}\n\n'));
    const events = [];
    for await (const event of client.progress('eva', '')) events.push(event);
    expect(events).toEqual([{ progress: 100, message: 'up', ready: true }]);
  });
  it('fills in what a card leaves out', async () => {
    const card = {
      name: 'lofar',
      title: 'LOFAR',
      summary: 's',
      category: 'radio',
      kernels: ['python'],
      built: true,
    };
    const { client } = hub(Response.json([card]));
    expect(await client.profiles()).toEqual([{ ...card, gpu: false, missing: [], recommended: false }]);
  });
});

describe('refusals', () => {
  it('carry status, sentence and when to come back', async () => {
    const { client } = hub(
      Response.json(
        { status: 429, message: 'Stop one first.' },
        { status: 429, headers: { 'retry-after': '30' } },
      ),
    );
    await expect(client.startServer('eva', '', {})).rejects.toMatchObject({
      statusCode: 429,
      message: 'Stop one first.',
      retryAfter: 30,
    });
  });
  it('of something before the hub still say a sentence', () =>
    expect(hub(new Response('<html>', { status: 502 })).client.currentUser()).rejects.toMatchObject({
      statusCode: 502,
      message: 'The hub answered 502.',
      retryAfter: undefined,
    }));
});
