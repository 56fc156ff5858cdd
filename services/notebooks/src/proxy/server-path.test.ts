import { describe, expect, test } from 'vitest';
import { serverHeaders, withoutCookies, withoutToken } from './server-headers.ts';
import { serverPath } from './server-path.ts';

describe('which server a path means', () => {
  test.each([
    ['/user/marie/', { accountName: 'marie', segment: undefined }],
    ['/user/marie/lab', { accountName: 'marie', segment: undefined }],
    ['/user/marie/lab/', { accountName: 'marie', segment: 'lab' }],
    ['/user/marie/gpu/api/kernels?x=../', { accountName: 'marie', segment: 'gpu' }],
    ['/user/a%40b%20c/n%20x/tree', { accountName: 'a@b c', segment: 'n x' }],
    ['/user/marie/files/a..b/.hidden', { accountName: 'marie', segment: 'files' }],
  ])('%s', (url, expected) => expect(serverPath(url)).toEqual(expected));

  test.each([
    '/user/',
    '/user/marie',
    '/user//lab',
    '/user/marie/../pierre/',
    '/user/marie/%2e%2E/pierre/',
    '/user/marie/x%2f..%2fy',
    '/user/ma%2Frie/',
    '/user/marie/..\\pierre',
    '/user/%E0%A4%A/',
    '/hub/',
  ])('no server gets %s', (url) => expect(serverPath(url)).toBeUndefined());
});

describe('what a server sees', () => {
  const given = {
    clientAddress: '192.0.2.1',
    publicOrigin: new URL('https://notebooks.example.org'),
    hubCookies: ['vre-hub'],
    token: undefined,
  };
  test('Host and Origin as they came, no cookie and no token of the hub, no word about where it comes from', () => {
    const raw = [
      ['Host', 'notebooks.example.org'],
      ['Origin', 'https://notebooks.example.org'],
      ['Cookie', 'vre-hub=secret; jupyterhub-user-marie=own; _xsrf=x'],
      ['Authorization', 'token abc'],
      ['X-Forwarded-For', '10.0.0.1'],
      ['Connection', 'keep-alive, X-Private'],
      ['X-Private', '1'],
    ].flat();
    expect(serverHeaders(raw, given)).toEqual(
      [
        ['Host', 'notebooks.example.org'],
        ['Origin', 'https://notebooks.example.org'],
        ['Cookie', 'jupyterhub-user-marie=own; _xsrf=x'],
        ['X-Forwarded-For', '192.0.2.1'],
        ['X-Forwarded-Proto', 'https'],
        ['X-Forwarded-Host', 'notebooks.example.org'],
      ].flat(),
    );
  });
  test('a token for this server in place of the one that came', () => {
    const headers = serverHeaders(['Authorization', 'Bearer mine'], { ...given, token: 'narrow' });
    expect(headers.slice(-2)).toEqual(['Authorization', 'token narrow']);
    expect(headers.join(' ')).not.toContain('mine');
  });
  test('no empty Cookie header', () => expect(withoutCookies('vre-hub=1', ['vre-hub'])).toBe(''));
  test.each([
    ['/user/m/api?token=x&a=1', '/user/m/api?a=1'],
    ['/user/m/api?token=x', '/user/m/api'],
    ['/user/m/api?a=token', '/user/m/api?a=token'],
    ['/user/m/api?t%6Fken=x&a=%20b', '/user/m/api?a=%20b'],
    ['/user/m/api?a=1&&b', '/user/m/api?a=1&&b'],
  ])('%s is asked as %s', (url, asked) => expect(withoutToken(url)).toBe(asked));
});
