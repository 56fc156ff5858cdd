import { describe, expect, test } from 'vitest';
import { testAddresses } from '../testing/edge-under-test.ts';
import { requestHeaders, responseHeaders } from './header-hygiene.ts';
import { browserLocation } from './redirect.ts';
import { servicePath } from './request-path.ts';
import { type Access, createRouteTable, matchRoute, type ProxyRoute } from './route-table.ts';

const addresses = testAddresses(8000, 'http://localhost:8000/aai/', {});
const scopes = ['openid', 'offline_access', 'wlcg.capabilityset:/data-lake'];
const routes = createRouteTable(addresses, scopes);
const route = (url: string) => matchRoute(routes, url) as ProxyRoute;

describe('the route table', () => {
  test.each([
    ['/x/lake/dids/user.alice/f', 'data-lake', '/dids/user.alice/f'],
    ['/x/reana/workflows?size=1', 'workflows', '/api/workflows?size=1'],
    ['/x/aai/me', 'aai', '/aai/x/me'],
    ['/aai/token', 'aai', '/aai/token'],
    ['/.well-known/oauth-authorization-server/aai', 'aai', '/.well-known/oauth-authorization-server/aai'],
    ['/api/ping?access_token=t', 'workflows', '/api/ping?access_token=t'],
    ['/x/lake/dids/s/a%2Fb%20c', 'data-lake', '/dids/s/a%2Fb%20c'],
    ['/x/lake/?access_token=t&a=1&%61ccess_token=u', 'data-lake', '/?a=1'],
    ['/x/reana/w?access_token=t', 'workflows', '/api/w'],
  ])('%s goes to %s at %s', (url, service, path) => {
    expect([route(url).service, servicePath(route(url), url)]).toEqual([service, path]);
  });

  test.each(['/x/session', '/', '/x/lake', '/apis/x', '/x%2Flake/a', '/.well-known/openid-configuration'])(
    '%s is none of it',
    (url) => expect(matchRoute(routes, url)).toBeUndefined(),
  );

  test.each([
    '/x/lake/../aai/token',
    '/x/lake/%2e%2E/secret',
    '/x/lake/a/./b',
    '/x/lake/a%2f..%2f..%2fb',
    '/x/lake/a%5c..%5cb',
    '/x/lake/a\\..\\b',
    '/x%2flake/a',
    '/x//lake/a',
    '/x/l%61ke/a',
  ])('refuses %s', (url) => {
    expect(() => servicePath(route('/x/lake/'), url)).toThrow(expect.objectContaining({ code: 'bad-path' }));
  });

  test('asks for the lake and its door in one token, and for capabilities nowhere else', () => {
    const wanted = (url: string) => (route(url).access as { wanted?: unknown }).wanted;
    expect(wanted('/x/lake/')).toEqual({
      audience: 'rucio https://localhost:8003',
      scope: 'openid wlcg.capabilityset:/data-lake',
    });
    expect(wanted('/x/reana/')).toEqual({ audience: 'reana', scope: 'openid' });
    expect(wanted('/x/aai/')).toEqual({ audience: 'aai', scope: 'openid' });
  });

  test('has no lines for an issuer of another host', () => {
    const foreign = createRouteTable(testAddresses(8000, 'https://iam.example.org/', {}), scopes);
    expect(foreign.some(({ service }) => service === 'aai')).toBe(false);
  });
});

describe('request headers', () => {
  const forwarding = {
    clientAddress: '192.0.2.7',
    publicOrigin: new URL('https://vre.example.org'),
    host: 'inner',
    requestId: 'r1',
  };
  const hostile = [
    ['Host', 'vre.example.org'],
    ['Authorization', 'Bearer stolen'],
    ['Cookie', 'vre_session_x=1'],
    ['X-Rucio-Auth-Token', 'stolen'],
    ['x-rucio-account', 'root'],
    ['Forwarded', 'for=10.0.0.1'],
    ['X-Forwarded-For', '10.0.0.1'],
    ['X-Forwarded-Proto', 'http'],
    ['X-Forwarded-User', 'root'],
    ['X-Real-IP', '10.0.0.1'],
    ['Connection', 'keep-alive, X-Secret'],
    ['X-Secret', 'for the hop'],
    ['Transfer-Encoding', 'chunked'],
    ['Expect', '100-continue'],
    ['Origin', 'https://vre.example.org'],
    ['X-VRE', '1'],
    ['Accept', 'text/plain'],
    ['Range', 'bytes=0-1'],
  ].flat();
  const own = {
    host: 'inner',
    'x-forwarded-for': '192.0.2.7',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'vre.example.org',
    'x-request-id': 'r1',
    accept: 'text/plain',
    range: 'bytes=0-1',
  };
  const sent = (access: Access) => {
    const flat = requestHeaders(hostile, access, forwarding, 'ours');
    const names = flat.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
    return Object.fromEntries(names.map((name, at) => [name, flat[at * 2 + 1]]));
  };

  test('of a browser carry the token of the edge and nothing of the browser', () => {
    const wanted = { audience: 'a', scope: 's' };
    expect(sent({ kind: 'session', wanted, header: 'x-rucio-auth-token' })).toEqual({
      ...own,
      'x-rucio-auth-token': 'ours',
    });
    expect(sent({ kind: 'session', wanted, header: 'authorization' })).toEqual({
      ...own,
      authorization: 'Bearer ours',
    });
  });

  test('of a client with its own token lose their cookies', () => {
    const headers = sent({ kind: 'own-token' });
    expect(headers).toMatchObject({
      ...own,
      authorization: 'Bearer stolen',
      origin: 'https://vre.example.org',
    });
    expect(headers).not.toHaveProperty('cookie');
    expect(headers).not.toHaveProperty('x-forwarded-user');
  });

  test('to the sign-in service keep cookies and credentials', () => {
    expect(sent({ kind: 'own-cookies' })).toMatchObject({
      ...own,
      cookie: 'vre_session_x=1',
      authorization: 'Bearer stolen',
    });
  });
});

describe('response headers', () => {
  const answer = {
    'content-type': 'text/html',
    'set-cookie': ['a=1', 'b=2'],
    'www-authenticate': 'Basic',
    'x-rucio-auth-token': 'secret',
    'access-control-allow-origin': '*',
    'content-security-policy': "default-src 'unsafe-inline'",
    'content-disposition': 'inline; filename="a.html"',
    connection: 'close, x-hop',
    'x-hop': '1',
    'transfer-encoding': 'chunked',
    etag: '"1"',
  };
  const wanted = { audience: 'a', scope: 's' };
  const sandbox = {
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  };

  test('of a session route can neither set credentials nor run', () => {
    expect(responseHeaders(answer, { kind: 'session', wanted, header: 'authorization' })).toEqual({
      'content-type': 'text/html',
      'content-disposition': 'attachment; filename="a.html"',
      etag: '"1"',
      ...sandbox,
    });
  });

  test('of a service for token clients are sandboxed on our origin and set no cookies', () => {
    const headers = responseHeaders(answer, { kind: 'own-token' });
    expect(headers).toMatchObject({ ...sandbox, 'www-authenticate': 'Basic' });
    expect(headers).not.toHaveProperty('set-cookie');
  });

  test('of the sign-in service pass, but for the connection', () => {
    const { connection, 'x-hop': hop, 'transfer-encoding': encoding, ...rest } = answer;
    expect([connection, hop, encoding]).toEqual(['close, x-hop', '1', 'chunked']);
    expect(responseHeaders(answer, { kind: 'own-cookies' })).toEqual(rest);
  });
});

describe('a redirect on a session route', () => {
  const base = new URL('http://localhost/api/workflows');
  const reana = route('/x/reana/');

  test.each([
    ['/api/workflows/1?a=b', '/x/reana/workflows/1?a=b'],
    ['files', '/x/reana/files'],
    ['http://localhost:8000/api/ping', '/x/reana/ping'],
  ])('to %s stays below the prefix', (location, expected) => {
    expect(browserLocation(reana, location, base, ['http://localhost:8000'])).toBe(expected);
  });

  test.each(['https://evil.example/api/', '//evil.example/api/', '/elsewhere', 'javascript:1', 'http://['])(
    'to %s is refused',
    (location) =>
      expect(() => browserLocation(reana, location, base, ['http://localhost:8000'])).toThrow(
        expect.objectContaining({ code: 'foreign-redirect' }),
      ),
  );
});
