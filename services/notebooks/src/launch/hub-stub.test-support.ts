import Fastify from 'fastify';

/** What an unmodified single-user server and the field's clients ask for, reduced to one person. */
export interface HubStub {
  readonly url: string;
  /** Bodies of activity reports. */
  readonly activity: readonly unknown[];
  /** Tokens that the lake was asked with. */
  readonly lakeTokens: ReadonlySet<string>;
  close(): Promise<void>;
}

/** A hub (five endpoints), a lake that says who somebody is, and a workflow service that mints and answers pings. */
export async function startHubStub(scopes: readonly string[]): Promise<HubStub> {
  const activity: unknown[] = [];
  const lakeTokens = new Set<string>();
  const app = Fastify();
  // Rucio's client compares the type as a whole.
  app.addHook('onSend', async (_, reply) => void reply.header('content-type', 'application/json'));
  const known = { name: 'ada', kind: 'user', admin: false, groups: [], session_id: null, scopes };
  app.get('/hub/api', async () => ({ version: '6.1.1' }));
  app.get('/hub/api/user', async (request, reply) =>
    /^(token|bearer) [0-9a-f]{32}$/i.test(request.headers.authorization ?? '')
      ? known
      : reply.code(403).send({ status: 403, message: 'Missing or invalid credentials.' }),
  );
  app.get<{ Querystring: { redirect_uri: string; state: string } }>(
    '/hub/api/oauth2/authorize',
    async ({ query }, reply) =>
      reply.redirect(`${query.redirect_uri}?code=once&state=${encodeURIComponent(query.state)}`),
  );
  app.post('/hub/api/oauth2/token', async () => ({ access_token: '0'.repeat(32), token_type: 'Bearer' }));
  app.post('/hub/api/users/ada/activity', async (request, reply) => {
    activity.push(request.body);
    return reply.code(200).send();
  });
  app.get('/accounts/whoami', async (request) => {
    lakeTokens.add(String(request.headers['x-rucio-auth-token']));
    return {
      account: 'ada',
      account_type: 'USER',
      status: 'ACTIVE',
      email: 'ada@example.org',
      suspended_at: null,
      deleted_at: null,
      created_at: '2026-01-01T00:00:00',
      updated_at: '2026-01-01T00:00:00',
    };
  });
  app.get('/api/ping', async () => ({ message: 'OK', status: 200, reana_server_version: '0.9.4' }));
  app.get('/api/you', async () => ({
    email: 'ada@example.org',
    full_name: 'Ada',
    username: 'ada',
    id_: '00000000-0000-0000-0000-000000000001',
    reana_server_version: '0.9.4',
    reana_token: { status: 'active', requested_at: 'Thu, 01 Jan 2026 00:00:00 GMT' },
    quota: {},
  }));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, activity, lakeTokens, close: () => app.close() };
}
