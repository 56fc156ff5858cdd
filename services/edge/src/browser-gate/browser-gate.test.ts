import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BrowserRequest, browserGate } from './index.ts';

const portal = 'http://localhost:8000';
const page: BrowserRequest = {
  method: 'GET',
  path: '/x/session',
  isUpgrade: false,
  secFetchSite: 'same-origin',
  origin: undefined,
  vreHeader: undefined,
};

describe('the session cookie', () => {
  const cases: readonly [string, Partial<BrowserRequest>, boolean][] = [
    ['counts for a GET of the portal', {}, true],
    ['counts for a POST with X-VRE', { method: 'POST', vreHeader: '1' }, true],
    [
      'counts with an equal Origin where Fetch Metadata is missing',
      { secFetchSite: undefined, origin: portal },
      true,
    ],
    ['counts for a WebSocket with our Origin', { isUpgrade: true, origin: portal }, true],
    ['does not count for a POST without X-VRE', { method: 'POST' }, false],
    ['does not count for a DELETE with another X-VRE', { method: 'DELETE', vreHeader: '0' }, false],
    ['does not count for OPTIONS without X-VRE', { method: 'OPTIONS' }, false],
    ['does not count cross-site', { secFetchSite: 'cross-site' }, false],
    ['does not count for the same site, another port', { secFetchSite: 'same-site' }, false],
    ['does not count for an address typed by hand', { secFetchSite: 'none' }, false],
    ['does not count cross-site even with our Origin', { secFetchSite: 'cross-site', origin: portal }, false],
    ['does not count for another Origin', { origin: 'http://localhost:8002' }, false],
    ['does not count for the opaque Origin', { origin: 'null' }, false],
    ['does not count when nothing tells the origin', { secFetchSite: undefined }, false],
    ['does not count for a WebSocket without Origin', { isUpgrade: true }, false],
    ['does not count outside /x/', { path: '/api/workflows' }, false],
    ['does not count at /x itself', { path: '/x' }, false],
    ['does not count at the sign-in service', { path: '/aai/x/me' }, false],
  ];
  test.each(cases)('%s', (_title, change, honoured) => {
    expect(browserGate({ ...page, ...change }, portal).honoured).toBe(honoured);
  });

  test('never counts for a request that is not provably of the portal', () => {
    const site = fc.option(fc.constantFrom('same-origin', 'same-site', 'cross-site', 'none'), {
      nil: undefined,
    });
    const origin = fc.option(
      fc.constantFrom(portal, 'null', 'https://evil.example', 'http://localhost:8002'),
      {
        nil: undefined,
      },
    );
    fc.assert(
      fc.property(
        fc.record({
          method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'),
          path: fc.constantFrom('/x/lake/a', '/x/', '/api/x/', '/', '/X/lake'),
          isUpgrade: fc.boolean(),
          secFetchSite: site,
          origin,
          vreHeader: fc.option(fc.constantFrom('1', '0', '1, 1'), { nil: undefined }),
        }),
        (request) => {
          if (!browserGate(request, portal).honoured) return;
          expect(request.path.startsWith('/x/')).toBe(true);
          expect(request.secFetchSite ?? request.origin).toBe(request.secFetchSite ? 'same-origin' : portal);
          expect([undefined, portal]).toContain(request.origin);
          if (request.method !== 'GET' && request.method !== 'HEAD') expect(request.vreHeader).toBe('1');
          if (request.isUpgrade) expect(request.origin).toBe(portal);
        },
      ),
    );
  });
});
