import { createHttpClient } from '@vre/http-client';
import { handClock, startTestIssuer, type TestIssuer } from '@vre/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTokenVerifier } from './index.ts';

let issuer: TestIssuer;
let stranger: TestIssuer;
const http = createHttpClient();
beforeAll(async () => {
  [issuer, stranger] = await Promise.all([startTestIssuer(), startTestIssuer()]);
});
afterAll(() => Promise.all([issuer.close(), stranger.close(), http.close()]));

const verifier = (clock = handClock()) =>
  createTokenVerifier([{ issuer: issuer.issuer, audiences: ['rucio'] }], http, clock.now);

test('a good token gives its principal', async () => {
  const token = await issuer.token({
    sub: 'a1',
    aud: ['rucio', 'https://door'],
    scope: 'openid storage.read:/',
    'wlcg.groups': ['/km3net'],
  });
  const principal = await verifier().verify(token);
  expect(principal).toMatchObject({
    issuer: issuer.issuer,
    subject: 'a1',
    groups: ['/km3net'],
    isService: false,
  });
  expect([...principal.scopes]).toEqual(['openid', 'storage.read:/']);
});

test.each([
  ['for another audience', () => issuer.token({ sub: 'a', aud: 'reana' }), /is for reana, not for rucio/],
  ['of an unknown issuer', () => stranger.token({ sub: 'a', aud: 'rucio' }), /are not accepted here/],
  [
    'expired',
    () => issuer.token({ sub: 'a', aud: 'rucio', exp: Math.floor(Date.now() / 1000) - 120 }),
    /has expired/,
  ],
  ['no token at all', async () => 'opaque', /not a JWT/],
])('a token %s is refused with its reason', async (_what, make, reason) => {
  await expect(verifier().verify(await make())).rejects.toThrow(reason);
});

test('a token signed by someone else in the name of the issuer is refused', async () => {
  const [, payload] = (await issuer.token({ sub: 'root', aud: 'rucio' })).split('.');
  const [header, , signature] = (await stranger.token({ sub: 'a', aud: 'rucio' })).split('.');
  await expect(verifier().verify([header, payload, signature].join('.'))).rejects.toThrow(/signature/);
});

test('an unsigned token is refused', async () => {
  const [, payload] = (await issuer.token({ sub: 'root', aud: 'rucio' })).split('.');
  const header = Buffer.from('{"alg":"none"}').toString('base64url');
  await expect(verifier().verify(`${header}.${payload}.`)).rejects.toThrow();
});

test('a verified token is refused again once it has expired', async () => {
  const clock = handClock();
  const cached = verifier(clock);
  const token = await issuer.token({ sub: 'a', aud: 'rucio' });
  await cached.verify(token);
  clock.advance(11 * 60);
  await expect(cached.verify(token)).rejects.toThrow(/expired/);
});
