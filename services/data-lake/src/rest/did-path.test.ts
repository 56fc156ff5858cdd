import fc from 'fast-check';
import { expect, test } from 'vitest';
import { didPath } from './did-path.ts';

const suffixes = ['dids', 'dids/history', 'meta', 'meta/*', 'files'];

test.each([
  ['/dids/user.a/f1', { scope: 'user.a', name: 'f1', suffix: '', rest: '' }],
  ['/dids/user.a/a%2Fb', { scope: 'user.a', name: 'a/b', suffix: '', rest: '' }],
  ['/dids/user.a/a/b/', { scope: 'user.a', name: 'a/b', suffix: '', rest: '' }],
  ['/dids/user.a/a%2Fb/dids/history?x=1', { scope: 'user.a', name: 'a/b', suffix: 'dids/history', rest: '' }],
  ['/dids/user.a/d/meta/run_number', { scope: 'user.a', name: 'd', suffix: 'meta', rest: 'run_number' }],
  ['/dids/user.a/d/meta', { scope: 'user.a', name: 'd', suffix: 'meta', rest: '' }],
  ['/dids/user.a/with+space', { scope: 'user.a', name: 'with space', suffix: '', rest: '' }],
  ['/dids/user.a/files', { scope: 'user.a', name: 'files', suffix: '', rest: '' }],
])('%s', (url, expected) => {
  expect(didPath(url, '/dids', suffixes)).toEqual(expected);
});

test('a malformed encoding is a client error', () => {
  expect(() => didPath('/dids/s/%E0%A4%A', '/dids', suffixes)).toThrow(/malformed/);
});

test('any name survives the way that clients encode it', () => {
  const quotePlus = (text: string) => encodeURIComponent(text).replaceAll('%20', '+');
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }).filter((name) => !name.startsWith('/')),
      (name) => {
        expect(didPath(`/dids/s/${quotePlus(name)}/files`, '/dids', suffixes)).toMatchObject({
          name,
          suffix: 'files',
        });
      },
    ),
  );
});
