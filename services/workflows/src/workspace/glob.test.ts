import fc from 'fast-check';
import { expect, test } from 'vitest';
import { globMatcher } from './glob.ts';

test.each([
  ['*.txt', 'a.txt', true],
  ['*.txt', 'd/a.txt', false],
  ['d/*', 'd/a.txt', true],
  ['d/*', 'd/e/a.txt', false],
  ['**/*.txt', 'a.txt', true],
  ['**/*.txt', 'd/e/a.txt', true],
  ['d/**', 'd/e/a.txt', true],
  ['d/**', 'd', false],
  ['**/d/**', 'x/d', false],
  ['**/d/**', 'x/d/y', true],
  ['**', 'a/b', true],
  ['a?c', 'abc', true],
  ['a?c', 'a/c', false],
  ['[a-c]1', 'b1', true],
  ['[!a-c]1', 'b1', false],
  ['[!a-c]1', 'd1', true],
  ['[]]x', ']x', true],
  ['[a-', '[a-', true],
  ['.*', '.hidden', true],
  ['a{b,c}', 'ab', false],
  ['a.b', 'axb', false],
  ['ä*', 'äöü', true],
])('%s on %s is %s', (pattern, path, expected) => {
  expect(globMatcher(pattern)(path)).toBe(expected);
});

test('agrees with a slow matcher that tries everything', () => {
  const slow = (pattern: string, name: string): boolean => {
    if (pattern === '') return name === '';
    if (pattern[0] === '*')
      return slow(pattern.slice(1), name) || (name !== '' && slow(pattern, name.slice(1)));
    return name !== '' && pattern[0] === name[0] && slow(pattern.slice(1), name.slice(1));
  };
  const name = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 8 });
  const pattern = fc
    .string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 6 })
    .filter((text) => text !== '**');
  fc.assert(fc.property(pattern, name, (p, n) => globMatcher(p)(n) === slow(p, n)));
});

test('patterns and names made to go well with each other cost nothing', () => {
  const started = performance.now();
  expect(globMatcher(`${'*a'.repeat(400)}b`)('a'.repeat(255))).toBe(false);
  expect(globMatcher(`${'**/'.repeat(200)}b`)(`${'a/'.repeat(500)}a`)).toBe(false);
  expect(performance.now() - started).toBeLessThan(500);
});
