import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeStoragePath,
  isBelow,
  isGranted,
  leadsToGrant,
  parseStoragePath,
  parseStorageScope,
  storageGrants,
} from './index.ts';

const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
  .filter(
    (text) => !/[\u0000-\u001f\u007f-\u009f/]|\p{Surrogate}/u.test(text) && text !== '.' && text !== '..',
  );
const path = fc.array(name, { maxLength: 5 });

describe('paths', () => {
  it('come back from their encoding', () => {
    fc.assert(
      fc.property(path, (segments) => {
        expect(parseStoragePath(encodeStoragePath(segments))).toEqual(segments);
      }),
    );
  });

  it('never decode to something that climbs, hides a slash or carries control characters', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '',
        '%2e%2e',
        '%2E',
        '%2f',
        '%252e',
        '%00',
        '%0a',
        '%c0%ae',
        '%',
        '%zz',
        '%ed%a0%80',
      ),
      name.map((text) => encodeURIComponent(text)),
      fc.string({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        for (const segment of parseStoragePath(`/${pieces.join('/')}`) ?? []) {
          expect(['', '.', '..']).not.toContain(segment);
          expect(segment).not.toMatch(/[/\u0000-\u001f\u007f]/);
        }
      }),
    );
  });

  it.each([
    '',
    'a',
    'a/b',
    '//',
    '//a',
    '/a//b',
    '/a//',
    '/./a',
    '/a/..',
    '/%2e%2e/a',
    '/a%2fb',
    '/a%00',
    '/a%',
    '/a\n',
    '/%ff',
  ])('refuses %j', (text) => expect(parseStoragePath(text)).toBeUndefined());

  it.each([
    ['/', []],
    ['/a/', ['a']],
    ['/a%20b/c', ['a b', 'c']],
    ['/a/...', ['a', '...']],
    ['/%25', ['%']],
  ])('reads %j', (text, segments) => expect(parseStoragePath(text)).toEqual(segments));

  it('keep what a path segment may hold unencoded', () => {
    expect(encodeStoragePath(["a b:@!$&'()*+,;=~%?#é"])).toBe("/a%20b:@!$&'()*+,;=~%25%3F%23%C3%A9");
  });
});

describe('scopes', () => {
  it.each([
    'storage.read',
    'storage.read:',
    'storage.read:user',
    'storage.read:/a/../b',
    'storage.read:/a//b',
    'storage.read:/%2e%2e',
    'storage.write:/',
    'storage.READ:/',
    'xstorage.read:/',
    'openid',
    'compute.read',
  ])('%j grants nothing', (scope) => expect(parseStorageScope(scope)).toBeUndefined());

  it('cover a path by segments and nothing else', () => {
    const grants = storageGrants(['storage.read:/foo/bar']);
    expect(isGranted(grants, ['read'], ['foo', 'bar'])).toBe(true);
    expect(isGranted(grants, ['read'], ['foo', 'bar', 'x'])).toBe(true);
    expect(isGranted(grants, ['read'], ['foo', 'bargain'])).toBe(false);
    expect(isGranted(grants, ['read'], ['foo'])).toBe(false);
    expect(isGranted(grants, ['create'], ['foo', 'bar'])).toBe(false);
    expect(leadsToGrant(grants, ['read'], ['foo'])).toBe(true);
    expect(leadsToGrant(grants, ['read'], ['fo'])).toBe(false);
  });

  it('count modify as create, and not the other way round', () => {
    expect(isGranted(storageGrants(['storage.modify:/a']), ['create'], ['a'])).toBe(true);
    expect(isGranted(storageGrants(['storage.create:/a']), ['modify'], ['a'])).toBe(false);
    expect(isGranted(storageGrants(['storage.modify:/a']), ['read'], ['a'])).toBe(false);
  });

  it('never reach outside the base path of their issuer', () => {
    fc.assert(
      fc.property(path, path, path, (base, granted, asked) => {
        const grants = storageGrants([`storage.read:${encodeStoragePath(granted)}`], base);
        const allowed = isGranted(grants, ['read'], asked);
        expect(allowed).toBe(isBelow(asked, [...base, ...granted]));
        if (allowed) expect(isBelow(asked, base)).toBe(true);
        expect(isGranted(grants, ['read'], [...base, ...granted, ...asked])).toBe(true);
      }),
    );
  });
});
