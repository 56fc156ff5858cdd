import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hubNameOf, isHubName, nthName } from './hub-name.ts';

test.each([
  ['alice', 'alice'],
  ['km3_op-1', 'km3_op-1'],
  ['marie.curie', 'marie-curie'],
  ['Marie.Curie@example.org', 'marie-curie'],
  ['Émilie du Châtelet', 'emilie-du-chatelet'],
  ['ALICE', 'alice'],
  ['a--b', 'a-b'],
  ['alice-', 'alice'],
  ['42answers', 'answers'],
  ['42', 'user-42'],
  ['x', 'user-x'],
  ['Ж', 'user'],
  ['@handle', 'handle'],
  ['', 'user'],
  ['a-very-long-username-of-a-federation', 'a-very-long-username-of-a'],
  ['../../etc/passwd', 'etc-passwd'],
])('%j becomes %j', (username, name) => {
  expect(hubNameOf(username)).toBe(name);
});

const anyUsername = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.emailAddress(),
  fc.stringMatching(/^[A-Za-z0-9._@+-]{0,40}$/),
);

test('every username gives a name that fits, the same each time', () => {
  fc.assert(
    fc.property(anyUsername, fc.integer({ min: 1, max: 99_999 }), (username, n) => {
      const name = hubNameOf(username);
      expect(isHubName(name)).toBe(true);
      expect(hubNameOf(username)).toBe(name);
      expect(isHubName(nthName(name, n))).toBe(true);
      expect(encodeURIComponent(name)).toBe(name);
    }),
  );
});

test('a username that fits stays as it is', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z][a-z0-9_-]{1,24}$/).filter(isHubName), (username) => {
      expect(hubNameOf(username)).toBe(username);
    }),
  );
});

test('people of the same name get different ones', () => {
  fc.assert(
    fc.property(anyUsername, (username) => {
      const name = hubNameOf(username);
      const names = Array.from({ length: 30 }, (_, index) => nthName(name, index + 1));
      // A name that ends in a number may be one of its own.
      expect(new Set(names).size).toBeGreaterThanOrEqual(29);
    }),
  );
});
