import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextPath } from './next-path.ts';

const hub = 'http://127.0.0.1:8002';

test.each([
  ['/hub/home?start=lab', '/hub/home?start=lab'],
  ['/user/alice/lab/tree/a%20b.ipynb#x', '/user/alice/lab/tree/a%20b.ipynb#x'],
  [
    '/hub/api/oauth2/authorize?client_id=jupyterhub-user-alice',
    '/hub/api/oauth2/authorize?client_id=jupyterhub-user-alice',
  ],
  [`${hub}/user/alice/lab`, '/user/alice/lab'],
  ['https://evil.example/hub/', '/hub/home'],
  ['http://127.0.0.1:8002@evil.example/hub/', '/hub/home'],
  ['http://127.0.0.1:80022/hub/', '/hub/home'],
  ['//evil.example/hub/', '/hub/home'],
  ['/\\evil.example/hub/', '/hub/home'],
  ['/\t/evil.example', '/hub/home'],
  ['/hub/..//evil.example', '/hub/home'],
  ['/hub/../services/x', '/hub/home'],
  ['/services/x', '/hub/home'],
  ['/', '/hub/home'],
  ['javascript:alert(1)', '/hub/home'],
  ['/hub/login?next=/hub/login', '/hub/home'],
  ['/hub/logout', '/hub/home'],
  [undefined, '/hub/home'],
  [['/hub/'], '/hub/home'],
])('next %j leads to %s', (next, expected) => {
  expect(nextPath(next, hub)).toBe(expected);
});

test('whatever is asked, the browser stays at the hub', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.webUrl(),
    fc.constantFrom('/hub/', '/user/', '//', '\\', '..', hub, '@'),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 5 }), (pieces) => {
      const url = new URL(nextPath(pieces.join(''), hub), hub);
      expect(url.origin).toBe(hub);
      expect(url.pathname).toMatch(/^\/(hub|user)\//);
    }),
  );
});
