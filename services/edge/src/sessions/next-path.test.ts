import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextPath } from './next-path.ts';

const portal = 'https://vre.example.org';

test.each([
  ['/data?scope=user.alice#top', '/data?scope=user.alice#top'],
  ['/', '/'],
  ['https://evil.example/', '/'],
  ['//evil.example/', '/'],
  ['/\\evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['/a/..//evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['/x/logout', '/'],
  ['/aai/auth', '/'],
  [undefined, '/'],
  [['/a'], '/'],
])('next %j leads to %s', (next, expected) => {
  expect(nextPath(next, portal)).toBe(expected);
});

test('whatever is asked, the browser stays at the portal', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.string().map((text) => `/${text}`),
      ),
      (next) => {
        expect(new URL(nextPath(next, portal), portal).origin).toBe(portal);
      },
    ),
  );
});
