import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type TestContext, testContext } from '@vre/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { edgeMigrations } from '../edge-service.ts';
import { type EdgeUnderTest, freePort, startEdge, testAddresses } from '../testing/edge-under-test.ts';
import { type FakeService, startFakeService } from '../testing/fake-service.ts';

let context: TestContext;
let aai: FakeService;
let edge: EdgeUnderTest;
const html = { accept: 'text/html,*/*' };

beforeAll(async () => {
  const port = await freePort();
  const internal: Record<string, string> = {};
  const authorityFile = join(tmpdir(), `vre-test-ca-${process.pid}.pem`);
  await writeFile(authorityFile, 'a certificate');
  const addresses = { ...testAddresses(port, `http://localhost:${port}/aai/`, internal), authorityFile };
  context = await testContext('edge', edgeMigrations, addresses);
  aai = await startFakeService(join(context.dataDirectory, 'aai.sock'));
  internal.aai = aai.address;
  internal.workflows = aai.address;
  edge = await startEdge(context, {}, join(context.dataDirectory, 'portal'));
});
afterAll(async () => {
  await edge.close();
  await aai.close();
  await rm(String(context.addresses.authorityFile));
  await context.dispose();
});

describe('the sign-in service on the same origin', () => {
  test('gets and sets its own cookies, and learns the public address from the edge alone', async () => {
    aai.handler = (request, response) =>
      void response
        .writeHead(303, {
          'set-cookie': ['_session=1; path=/aai/', '_interaction=2'],
          location: 'https://client.example/cb',
        })
        .end(JSON.stringify({ url: request.url, headers: request.headers }));
    const answer = await edge.raw('/aai//authorize?a=//b', {
      headers: { cookie: '_session=0', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    });
    expect(answer.setCookies).toEqual(['_session=1; path=/aai/', '_interaction=2']);
    expect(answer.headers.location).toBe('https://client.example/cb');
    const { url, headers } = answer.json() as { url: string; headers: Record<string, string> };
    expect(url).toBe('/aai/authorize?a=//b');
    expect(headers).toMatchObject({
      cookie: '_session=0',
      host: new URL(edge.portal).host,
      'x-forwarded-host': new URL(edge.portal).host,
      'x-forwarded-proto': 'http',
    });
  });

  test('answers for the well-known path of an issuer with a path', async () => {
    aai.handler = (request, response) => void response.end(request.url);
    expect((await edge.raw('/.well-known/oauth-authorization-server/aai')).text).toBe(
      '/.well-known/oauth-authorization-server/aai',
    );
  });
});

describe('the API for clients with a token', () => {
  test('takes and sets no cookies and cannot show a page on our origin', async () => {
    aai.handler = (request, response) =>
      void response
        .writeHead(200, { 'set-cookie': 'a=1', 'content-type': 'text/html' })
        .end(JSON.stringify({ url: request.url, headers: request.headers }));
    const answer = await edge.raw('/api/workflows?access_token=t', {
      headers: { cookie: 'vre_session_x=1', authorization: 'Bearer t' },
    });
    const { url, headers } = answer.json() as { url: string; headers: Record<string, string> };
    expect([url, headers.authorization, headers.cookie]).toEqual([
      '/api/workflows?access_token=t',
      'Bearer t',
      undefined,
    ]);
    expect(answer.setCookies).toEqual([]);
    expect(answer.headers['content-security-policy']).toBe("sandbox; default-src 'none'");
  });
});

test('the private certificate authority can be fetched without signing in', async () => {
  const answer = await edge.raw('/x/ca.pem');
  expect([answer.status, answer.text]).toEqual([200, 'a certificate']);
});

describe('the portal', () => {
  test('that is not built says what to run', async () => {
    const answer = await edge.raw('/', { headers: html });
    expect([answer.status, answer.text.includes('npm run build')]).toEqual([503, true]);
  });

  describe('that is built', () => {
    beforeAll(async () => {
      const directory = join(context.dataDirectory, 'portal');
      await mkdir(join(directory, 'assets'), { recursive: true });
      await writeFile(join(directory, 'index.html'), '<!doctype html>portal');
      await writeFile(join(directory, 'logo.svg'), '<svg/>');
      await writeFile(join(directory, 'assets/index-Ab12_xYz.js'), 'plain');
      await writeFile(join(directory, 'assets/index-Ab12_xYz.js.gz'), gzipSync('plain'));
      await writeFile(join(context.dataDirectory, 'secret.txt'), 'secret');
    });

    test.each(['/', '/data/user.alice?x=1', '/computer'])('shows its page at %s', async (path) => {
      const answer = await edge.raw(path, { headers: html });
      expect([answer.status, answer.text, answer.headers['cache-control']]).toEqual([
        200,
        '<!doctype html>portal',
        'no-cache',
      ]);
      const policy = String(answer.headers['content-security-policy']);
      expect(policy).toContain("default-src 'self'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
    });

    test.each(['/x/nothing', '/services/nothing', '/assets/old-12345678.js', '/vo/nothing', '/health'])(
      'shows no page at %s',
      async (path) => expect((await edge.raw(path, { headers: html })).status).toBe(404),
    );

    test('gives programs an error, not a page', async () => {
      const answer = await edge.raw('/nothing', { headers: { accept: 'application/json' } });
      expect([answer.status, answer.json().code]).toEqual([404, 'not-found']);
    });

    test('lets hashed assets be kept for ever, and sends them compressed where that exists', async () => {
      const path = '/assets/index-Ab12_xYz.js';
      const plain = await edge.raw(path);
      expect([plain.text, plain.headers['cache-control']]).toEqual([
        'plain',
        'public, max-age=31536000, immutable',
      ]);
      const packed = await edge.raw(path, { headers: { 'accept-encoding': 'gzip' } });
      expect([packed.headers['content-encoding'], packed.headers['content-type']]).toEqual([
        'gzip',
        expect.stringContaining('javascript'),
      ]);
      expect((await edge.raw('/logo.svg')).headers['cache-control']).toBe('no-cache');
    });

    test.each([
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/assets/..%2f..%2fsecret.txt',
      '/..%5csecret.txt',
      '/%00',
      '/%zz',
    ])('does not leave its directory for %s', async (path) => {
      const answer = await edge.raw(path, { headers: html });
      expect([answer.status, answer.text.includes('secret')]).toEqual([400, false]);
    });
  });
});
