import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { deflateSync } from 'node:zlib';
import { createHttpClient } from '@vre/http-client';
import { createHttpServer, type HttpServer } from '@vre/http-server';
import { parseMultistatus } from '@vre/protocol-webdav';
import { type Service, systemClock } from '@vre/service';
import { createLogger, createMetrics } from '@vre/telemetry';
import { startTestIssuer, type TestIssuer } from '@vre/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createStorageDoorService, storageDoorConfigSchema } from './index.ts';

let place: string;
let issuer: TestIssuer;
let lake: TestIssuer;
let service: Service;
let server: HttpServer;
let port: number;
const served = 'OPTIONS, GET, HEAD, PUT, DELETE, PROPFIND, MKCOL, MOVE';
const audience = 'https://localhost:18003';

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const found = (probe.address() as AddressInfo).port;
  await new Promise((resolve) => probe.close(resolve));
  return found;
}

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'door-'));
  issuer = await startTestIssuer();
  lake = await startTestIssuer();
  port = await freePort();
  const log = createLogger({ name: 'door', level: 'silent' });
  const unused = () => {
    throw new Error('not needed by the door');
  };
  const addresses = {
    portal: '',
    issuer: issuer.issuer,
    lake: '',
    workflows: '',
    notebooks: 'http://127.0.0.1:4',
    storageDoor: audience,
    internal: unused,
    authorityFile: undefined,
  };
  const config = storageDoorConfigSchema.parse({
    'trusted-issuers': [{ issuer: lake.issuer, audiences: [audience], 'base-path': '/lake' }],
    fsync: 'never',
  });
  const elements = [
    { name: 'DISK-1', pathPrefix: 'disk-1', directory: join(place, 'one') },
    { name: 'DISK-2', pathPrefix: '/pool/disk-2', directory: join(place, 'two') },
  ];
  service = createStorageDoorService(
    { addresses, clock: systemClock, http: createHttpClient(), log },
    config,
    { elements },
  );
  await service.start();
  const metrics = createMetrics();
  server = createHttpServer({
    name: 'door',
    log,
    metrics,
    hostNames: [`127.0.0.1:${port}`],
    ...service.http,
  });
  await service.routes(server.app);
  await server.listen([{ host: '127.0.0.1', port }]);
});
afterAll(async () => {
  await server.close(100);
  await service.stop();
  await issuer.close();
  await lake.close();
  await rm(place, { recursive: true });
});

type Answer = { status: number; headers: http.IncomingHttpHeaders; body: Buffer; continued: boolean };

/** Sends exactly what it is given: no normalisation of paths. */
function send(
  method: string,
  path: string,
  {
    token,
    headers = {},
    body,
  }: { token?: string; headers?: Record<string, string>; body?: Buffer | string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let continued = false;
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const request = http.request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        headers: { ...authorization, ...length, ...headers },
        agent: false,
      },
      (response) => {
        buffer(response)
          .then((bytes) =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes, continued }),
          )
          .catch(reject);
      },
    );
    request.on('error', reject);
    if (headers.expect === '100-continue') {
      request.flushHeaders();
      request.on('continue', () => {
        continued = true;
        request.end(body);
      });
    } else request.end(body);
  });
}

const token = (scope: string, from: TestIssuer = issuer) =>
  from.token({ sub: 'alice', aud: audience, scope });
const adler32 = (bytes: Uint8Array) => deflateSync(bytes, { level: 1 }).subarray(-4).toString('hex');

describe('the journey of a Rucio upload', () => {
  it('goes from the probe to the download', async () => {
    const researcher = await token('openid storage.read:/user/alice storage.create:/user/alice');
    const content = randomBytes(1_500_000);
    const final = '/disk-1/user/alice/54/0c/f1';
    const upload = `${final}.rucio.upload`;

    expect((await send('HEAD', '/disk-1/', { token: researcher })).status).toBe(200);
    expect((await send('HEAD', final, { token: researcher })).status).toBe(404);
    expect((await send('DELETE', upload, { token: researcher })).status).toBe(404);

    const put = await send('PUT', upload, { token: researcher, body: content });
    expect(put.status).toBe(201);
    expect(put.headers.digest).toBe(`adler32=${adler32(content)}`);

    const stat = await send('PROPFIND', upload, { token: researcher, headers: { depth: '1' } });
    expect(stat.status).toBe(207);
    expect(parseMultistatus(stat.body.toString())).toMatchObject([{ href: upload, bytes: content.length }]);

    const destination = `http://127.0.0.1:${port}${final}`;
    const move = await send('MOVE', upload, { token: researcher, headers: { destination } });
    expect(move.status).toBe(201);
    expect((await send('HEAD', upload, { token: researcher })).status).toBe(404);

    const head = await send('HEAD', final, { token: researcher, headers: { 'want-digest': 'adler32' } });
    expect(head.status).toBe(200);
    expect(head.headers['content-length']).toBe(String(content.length));
    expect(head.headers.digest).toBe(`adler32=${adler32(content)}`);
    const md5 = createHash('md5').update(content).digest('base64');
    const headMd5 = await send('HEAD', final, { token: researcher, headers: { 'want-digest': 'md5' } });
    expect(headMd5.headers.digest).toBe(`md5=${md5}`);

    const whole = await send('GET', final, { token: researcher });
    expect(whole.status).toBe(200);
    expect(whole.body.equals(content)).toBe(true);
    const part = await send('GET', final, { token: researcher, headers: { range: 'bytes=10-19' } });
    expect(part.status).toBe(206);
    expect(part.headers['content-range']).toBe(`bytes 10-19/${content.length}`);
    expect(part.body.equals(content.subarray(10, 20))).toBe(true);
    for (const answer of [whole, part, head]) {
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      expect(answer.headers['content-security-policy']).toBe("sandbox; default-src 'none'");
    }

    // What is in its place may be neither replaced nor deleted with storage.create.
    expect((await send('PUT', final, { token: researcher, body: 'other' })).status).toBe(403);
    expect((await send('DELETE', final, { token: researcher })).status).toBe(403);
    expect((await readFile(join(place, 'one/user/alice/54/0c/f1'))).equals(content)).toBe(true);
    const manager = await token('storage.modify:/');
    expect((await send('PUT', final, { token: manager, body: 'other' })).status).toBe(200);
    expect((await send('DELETE', final, { token: manager })).status).toBe(204);
    expect((await send('DELETE', final, { token: manager })).status).toBe(404);
  });

  it('works for a file of zero bytes', async () => {
    const researcher = await token('storage.read:/user/alice storage.create:/user/alice');
    const path = '/disk-1/user/alice/empty';
    const put = await send('PUT', path, { token: researcher, body: '', headers: { digest: 'adler32=1' } });
    expect([put.status, put.headers.digest]).toEqual([201, 'adler32=00000001']);
    const get = await send('GET', path, { token: researcher });
    expect([get.status, get.headers['content-length'], get.body.length]).toEqual([200, '0', 0]);
    const stat = await send('PROPFIND', path, { token: researcher, headers: { depth: '0' } });
    expect(parseMultistatus(stat.body.toString())).toMatchObject([{ href: path, bytes: 0, kind: 'file' }]);
    expect((await send('GET', path, { token: researcher, headers: { range: 'bytes=0-' } })).status).toBe(416);
  });
});

describe('who is let in', () => {
  it('only senders of valid tokens for this door', async () => {
    const without = await send('GET', '/disk-1/user/alice/f');
    expect(without.status).toBe(401);
    expect(without.headers['www-authenticate']).toBe('Bearer realm="storage"');
    expect(without.body.toString()).toBe('A token is needed: send it as "Authorization: Bearer …".\n');
    const wrongAudience = await issuer.token({ sub: 'a', aud: 'rucio', scope: 'storage.read:/' });
    const expired = await issuer.token({ sub: 'a', aud: audience, scope: 'storage.read:/', exp: 1_000_000 });
    for (const bad of ['garbage', 'a.b.c', wrongAudience, expired]) {
      const answer = await send('GET', '/disk-1/user/alice/f', { token: bad });
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
    }
    const cookie = await send('GET', '/disk-1/user/alice/f', { headers: { cookie: 'session=x' } });
    expect(cookie.status).toBe(401);
  });

  it('to the paths of their scopes, taken below the base path of their issuer', async () => {
    const own = await token('storage.modify:/user/alice');
    expect((await send('PUT', '/disk-1/user/bob/f', { token: own, body: 'x' })).status).toBe(403);
    const sentence = await send('PUT', '/disk-1/user/alicia', { token: own, body: 'x' });
    expect([sentence.status, sentence.body.toString()]).toEqual([
      403,
      'This token does not allow creating /user/alicia: ask for one with the scope storage.create on that path.\n',
    ]);
    const based = await token('storage.modify:/', lake);
    expect((await send('PUT', '/disk-1/user/alice/x', { token: based, body: 'x' })).status).toBe(403);
    expect((await send('PUT', '/pool/disk-2/lake/x', { token: based, body: 'x' })).status).toBe(201);
    expect(await readFile(join(place, 'two/lake/x'), 'utf8')).toBe('x');
    const none = await token('openid profile');
    expect((await send('HEAD', '/disk-1/', { token: none })).status).toBe(403);
  });

  it('for OPTIONS without a token', async () => {
    const answer = await send('OPTIONS', '/disk-1/x');
    expect([answer.status, answer.headers.dav]).toEqual([200, '1']);
    expect(answer.headers.allow).toBe(served);
  });
});

describe('with a token for everything', () => {
  let all: string;
  beforeEach(async () => {
    all = await token('storage.read:/ storage.modify:/');
  });
  const put = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    send('PUT', path, { token: all, body, headers });

  it.each([
    '/disk-1/../two/lake/x',
    '/disk-1/%2e%2e/two/lake/x',
    '/disk-1/a%2f..%2f..%2fx',
    '/disk-1//x',
    '/disk-1/./x',
    '/disk-1/x%00',
    '/disk-1/x%0a',
    '/disk-1/%ff',
    '/disk-1/%',
  ])('refuses the path %s', async (path) => {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'MKCOL'])
      expect((await send(method, path, { token: all })).status).toBe(400);
    await put('/disk-1/source', 'x');
    const moved = await send('MOVE', '/disk-1/source', { token: all, headers: { destination: path } });
    expect(moved.status).toBe(400);
  });

  it('keeps names as they are sent', async () => {
    const path = '/disk-1/names/a%20b+c%25d%26e%3Fé.txt'.replace('é', '%C3%A9');
    expect((await put(path, 'x')).status).toBe(201);
    expect(await readdir(join(place, 'one/names'))).toEqual(['a b+c%d&e?é.txt']);
    const found = await send('PROPFIND', '/disk-1/names', { token: all, headers: { depth: '1' } });
    expect(parseMultistatus(found.body.toString()).map(({ href, kind }) => `${kind} ${href}`)).toEqual([
      'directory /disk-1/names/',
      `file ${path.replace('%26', '&')}`,
    ]);
    expect((await send('GET', path, { token: all })).body.toString()).toBe('x');
  });

  it('checks length and digests before anything is visible', async () => {
    const md5 = createHash('md5').update('hello').digest('base64');
    expect((await put('/disk-1/d/a', 'hello', { digest: 'adler32=deadbeef' })).status).toBe(400);
    const wrong = await put('/disk-1/d/a', 'jello', { 'content-md5': md5 });
    expect(wrong.status).toBe(400);
    expect(wrong.body.toString()).toMatch(/^The body has md5 [0-9a-f]{32}, announced was [0-9a-f]{32}\.\n$/);
    expect((await put('/disk-1/d/a', 'hello', { digest: 'adler32=zzz' })).status).toBe(400);
    expect((await send('HEAD', '/disk-1/d/a', { token: all })).status).toBe(404);
    const right = await put('/disk-1/d/a', 'hello', { digest: `md5=${md5},adler32=62c0215` });
    expect([right.status, right.headers.digest]).toEqual([201, 'adler32=062c0215']);
    expect(await readdir(join(place, 'one/d'))).toEqual(['a']);
  });

  it('leaves nothing of an upload that is cut off', async () => {
    const request = http.request({
      host: '127.0.0.1',
      port,
      method: 'PUT',
      path: '/disk-1/cut/f',
      headers: { authorization: `Bearer ${all}`, 'content-length': '1000000' },
    });
    request.on('error', () => undefined);
    request.write(Buffer.alloc(600_000));
    const names = () => readdir(join(place, 'one/cut')).catch((): string[] => []);
    await expect.poll(names).toHaveLength(1);
    request.destroy();
    await expect.poll(names).toHaveLength(0);
  });

  it('says 100 Continue only to uploads that it accepts', async () => {
    const expectation = { expect: '100-continue' };
    const accepted = await put('/disk-1/continued', 'x', expectation);
    expect([accepted.status, accepted.continued]).toEqual([201, true]);
    const other = await token('storage.read:/');
    const refused = await send('PUT', '/disk-1/f', { token: other, body: 'x', headers: expectation });
    expect([refused.status, refused.continued]).toEqual([403, false]);
  });

  it('answers conditional requests', async () => {
    const first = await put('/disk-1/conditional', 'one');
    const etag = String(first.headers.etag);
    const get = (headers: Record<string, string>) =>
      send('GET', '/disk-1/conditional', { token: all, headers });
    expect((await get({ 'if-none-match': etag })).status).toBe(304);
    expect((await get({ range: 'bytes=0-0', 'if-range': etag })).status).toBe(206);
    expect((await put('/disk-1/conditional', 'two', { 'if-none-match': '*' })).status).toBe(412);
    await put('/disk-1/conditional', 'two');
    expect((await get({ 'if-none-match': etag })).status).toBe(200);
    expect((await get({ range: 'bytes=0-0', 'if-range': etag })).status).toBe(200);
    const outside = await get({ range: 'bytes=3-' });
    expect([outside.status, outside.headers['content-range']]).toEqual([416, 'bytes */3']);
  });

  it('creates, lists and removes directories', async () => {
    const mkcol = (path: string) => send('MKCOL', path, { token: all });
    expect((await mkcol('/disk-1/made/sub')).status).toBe(409);
    expect((await mkcol('/disk-1/made')).status).toBe(201);
    expect((await mkcol('/disk-1/made/')).status).toBe(405);
    expect((await mkcol('/disk-1')).status).toBe(405);
    await put('/disk-1/made/f', 'x');
    expect((await put('/disk-1/made', 'x')).status).toBe(405);
    expect((await put('/disk-1/made/f/g', 'x')).status).toBe(409);
    expect((await send('GET', '/disk-1/made', { token: all })).status).toBe(405);
    expect((await send('DELETE', '/disk-1/made', { token: all })).status).toBe(409);
    await send('DELETE', '/disk-1/made/f', { token: all });
    expect((await send('DELETE', '/disk-1/made', { token: all })).status).toBe(204);
    const infinite = await send('PROPFIND', '/disk-1', { token: all, headers: { depth: 'infinity' } });
    expect(infinite.status).toBe(403);
  });

  it('moves within an element only, and replaces unless told otherwise', async () => {
    await put('/disk-1/m/a', 'a');
    await put('/disk-1/m/b', 'b');
    const move = (destination: string, more: Record<string, string> = {}) =>
      send('MOVE', '/disk-1/m/a', { token: all, headers: { destination, ...more } });
    expect((await move('')).status).toBe(400);
    expect((await move('https://elsewhere.example/disk-1/m/c')).status).toBe(502);
    expect((await move('/pool/disk-2/a')).status).toBe(502);
    expect((await move('/disk-1/m/b', { overwrite: 'F' })).status).toBe(412);
    expect((await move('/disk-1/m/b')).status).toBe(204);
    expect((await send('GET', '/disk-1/m/b', { token: all })).body.toString()).toBe('a');
    expect((await move('/disk-1/m/c')).status).toBe(404);
  });

  it('does not follow links that somebody left in an element', async () => {
    await writeFile(join(place, 'secret'), 'secret');
    await symlink(place, join(place, 'one/away'));
    expect((await send('GET', '/disk-1/away/secret', { token: all })).status).toBe(403);
    expect((await put('/disk-1/away/new', 'x')).status).toBe(403);
    expect(await readdir(place)).toEqual(['one', 'secret', 'two']);
  });

  it('answers unknown elements, hosts and methods in plain sentences', async () => {
    const unknown = await send('GET', '/disk-9/f', { token: all });
    expect([unknown.status, unknown.body.toString()]).toEqual([
      404,
      'No storage element is served at this path.\n',
    ]);
    expect((await send('HEAD', '/disk-1/', { token: all, headers: { host: 'evil.example' } })).status).toBe(
      421,
    );
    for (const method of ['COPY', 'LOCK', 'POST']) {
      const unserved = await send(method, '/disk-1/f', { token: all });
      expect([unserved.status, unserved.headers.allow]).toEqual([405, served]);
    }
  });
});

it('shows the way to what is granted, and nothing beside it', async () => {
  const manager = await token('storage.modify:/');
  for (const path of ['user/carol/f', 'user/dave/f', 'other/f'])
    await send('PUT', `/disk-1/${path}`, { token: manager, body: 'x' });
  const carol = await token('storage.read:/user/carol');
  const list = async (path: string) => {
    const answer = await send('PROPFIND', path, { token: carol, headers: { depth: '1' } });
    return answer.status === 207
      ? parseMultistatus(answer.body.toString()).map(({ href }) => href)
      : answer.status;
  };
  expect(await list('/')).toEqual(['/', '/disk-1/', '/pool/']);
  expect(await list('/disk-1')).toEqual(['/disk-1/', '/disk-1/user/']);
  expect(await list('/disk-1/user/')).toEqual(['/disk-1/user/', '/disk-1/user/carol/']);
  expect(await list('/disk-1/user/carol')).toEqual(['/disk-1/user/carol/', '/disk-1/user/carol/f']);
  expect(await list('/disk-1/user/dave')).toBe(403);
});

it('is healthy while its elements are there', async () => {
  expect(await service.health()).toEqual({ ok: true, detail: '2 storage elements answer.' });
  expect(await service.audit()).toEqual([]);
});

it('refuses path prefixes that cannot be told apart', () => {
  const create = (...prefixes: string[]) => {
    const elements = prefixes.map((pathPrefix, index) => ({
      name: `E${index}`,
      pathPrefix,
      directory: '/nowhere',
    }));
    const context = { addresses: { issuer: 'https://i/', storageDoor: audience } } as never;
    return createStorageDoorService(context, storageDoorConfigSchema.parse(undefined), { elements });
  };
  expect(() => create('a', '/a/')).toThrow('belongs to another storage element');
  expect(() => create('')).toThrow('needs a path prefix');
  expect(() => create('a/../b')).toThrow('needs a path prefix');
  expect(create('a', 'b').name).toBe('storage-door');
});
