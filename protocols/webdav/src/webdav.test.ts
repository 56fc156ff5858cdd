import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  multistatusEnd,
  multistatusStart,
  parseByteRange,
  parseContentMd5,
  parseDigest,
  parseMultistatus,
  parsePropfind,
  parseWantDigest,
  renderDigest,
  renderResponse,
} from './index.ts';

describe('digests', () => {
  it('write adler32 as hex and md5 as base64', () => {
    expect(renderDigest('adler32', '36d714ab')).toBe('adler32=36d714ab');
    expect(renderDigest('md5', '2d90914874b0763d9caa6642249356d1')).toMatch(/^md5=LZCRSHSwdj2cqmZCJJNW0Q==$/);
  });
  it('are read back', () => {
    expect(parseDigest('md5=LZCRSHSwdj2cqmZCJJNW0Q==, ADLER32=36D714AB, sha=x')).toEqual({
      md5: '2d90914874b0763d9caa6642249356d1',
      adler32: '36d714ab',
    });
    expect(parseDigest('adler32=620062')).toEqual({ adler32: '00620062' });
    expect(parseDigest('unixsum=12')).toEqual({});
    for (const bad of ['adler32=', 'adler32=xyz', 'adler32=123456789', 'md5=abc', 'md5=!!!!'])
      expect(parseDigest(bad)).toBeUndefined();
    expect(parseContentMd5('LZCRSHSwdj2cqmZCJJNW0Q==')).toBe('2d90914874b0763d9caa6642249356d1');
    expect(parseContentMd5('short')).toBeUndefined();
  });
  it.each([
    ['adler32', 'adler32'],
    ['MD5', 'md5'],
    ['md5;q=0.3, adler32;q=1', 'adler32'],
    ['sha-256, md5;q=0.1', 'md5'],
    ['adler32;q=0', undefined],
    ['sha', undefined],
  ])('wanted as %j give %j', (header, algorithm) => expect(parseWantDigest(header)).toBe(algorithm));
});

it.each([
  [undefined, 10, 'whole'],
  ['bytes=0-0', 10, { start: 0, end: 0 }],
  ['bytes=2-', 10, { start: 2, end: 9 }],
  ['bytes=-3', 10, { start: 7, end: 9 }],
  ['bytes=-30', 10, { start: 0, end: 9 }],
  ['bytes=5-100', 10, { start: 5, end: 9 }],
  ['bytes=10-', 10, 'unsatisfiable'],
  ['bytes=0-', 0, 'unsatisfiable'],
  ['bytes=-0', 10, 'unsatisfiable'],
  ['bytes=5-2', 10, 'whole'],
  ['bytes=0-1,3-4', 10, 'whole'],
  ['lines=1-2', 10, 'whole'],
  ['bytes=-', 10, 'whole'],
])('range %j of %i bytes', (header, bytes, expected) => {
  expect(parseByteRange(header, bytes)).toEqual(expected);
});

describe('multistatus', () => {
  it('comes back from its own rendering, whatever the names', () => {
    const resource = fc.record({
      href: fc.string({ unit: 'grapheme', maxLength: 12 }).map((name) => `/${encodeURIComponent(name)}&<>'"`),
      kind: fc.constantFrom('file' as const, 'directory' as const),
      bytes: fc.nat(),
      modifiedAt: fc.constant(new Date('2026-01-02T03:04:05Z')),
      etag: fc.constantFrom('abc', undefined),
    });
    fc.assert(
      fc.property(fc.array(resource, { maxLength: 4 }), (resources) => {
        const xml = multistatusStart + resources.map((one) => renderResponse(one)).join('') + multistatusEnd;
        const expected = resources.map((one) => ({ ...one, bytes: one.kind === 'file' ? one.bytes : 0 }));
        expect(parseMultistatus(xml)).toEqual(expected);
      }),
    );
  });

  it('of another server is read with its prefixes and its missing properties', () => {
    const xml = `<?xml version="1.0"?><lp1:multistatus xmlns:lp1="DAV:"><lp1:response><lp1:href>/d/</lp1:href>
      <lp1:propstat><lp1:prop><lp1:resourcetype><lp1:collection/></lp1:resourcetype></lp1:prop><lp1:status>HTTP/1.1 200 OK</lp1:status></lp1:propstat>
      <lp1:propstat><lp1:prop><lp1:getcontentlength/></lp1:prop><lp1:status>HTTP/1.1 404 Not Found</lp1:status></lp1:propstat>
      </lp1:response></lp1:multistatus>`;
    expect(parseMultistatus(xml)).toEqual([
      { href: '/d/', kind: 'directory', bytes: 0, modifiedAt: undefined, etag: undefined },
    ]);
  });

  it('names wanted properties that are missing', () => {
    const file = { href: '/f', kind: 'file', bytes: 3, modifiedAt: undefined, etag: 'e' } as const;
    const text = renderResponse(file, ['getcontentlength', 'quota-used-bytes']);
    expect(text).toContain('<D:getcontentlength>3</D:getcontentlength>');
    expect(text).toContain('<D:quota-used-bytes/></D:prop><D:status>HTTP/1.1 404 Not Found');
    expect(text).not.toContain('getetag');
  });

  it('refuses other documents and entity declarations', () => {
    expect(() => parseMultistatus('<html></html>')).toThrow('not a WebDAV multistatus');
    expect(() => parsePropfind('<!DOCTYPE x [<!ENTITY a "b">]><propfind/>')).toThrow('document type');
    expect(() => parsePropfind('<propfind><prop>')).toThrow();
  });

  it('requests are read', () => {
    expect(parsePropfind('')).toBeUndefined();
    expect(parsePropfind('<propfind xmlns="DAV:"><allprop/></propfind>')).toBeUndefined();
    expect(
      parsePropfind('<D:propfind xmlns:D="DAV:"><D:prop><D:getetag/><D:resourcetype/></D:prop></D:propfind>'),
    ).toEqual(['getetag', 'resourcetype']);
  });
});
