import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, stat } from 'node:fs/promises';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { localCertificates, openSecrets, readOrCreateSecretFile, readSecretFile } from './index.ts';

const directory = () => mkdtemp(join(tmpdir(), 'vre-secrets-'));

test('a value opens for its purpose alone, with its key alone', async () => {
  const secrets = await openSecrets(join(await directory(), 'key'));
  const sealed = secrets.encrypt('refresh', 'token of alice');
  expect(sealed).not.toContain('refresh');
  expect(secrets.decrypt(sealed, 'token of alice')).toBe('refresh');
  expect(() => secrets.decrypt(sealed, 'token of bob')).toThrow();
  const [head, ...rest] = sealed.split('.').reverse();
  const flipped = [`${head?.slice(0, -2)}${head?.endsWith('AA') ? 'BB' : 'AA'}`, ...rest].reverse().join('.');
  expect(() => secrets.decrypt(flipped, 'token of alice')).toThrow();
  const others = await openSecrets(join(await directory(), 'key'));
  expect(() => others.decrypt(sealed, 'token of alice')).toThrow(/restore the key file/);
});

test('processes that start at once agree on one secret, readable by the owner alone', async () => {
  const file = join(await directory(), 'deep', 'secret');
  const all = await Promise.all(Array.from({ length: 20 }, () => readOrCreateSecretFile(file)));
  expect(new Set(all).size).toBe(1);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await chmod(file, 0o644);
  await expect(readSecretFile(file)).rejects.toThrow(/chmod 600/);
});

test('the local certificate is accepted by a client that trusts the authority, for its hosts', async () => {
  const made = await localCertificates(await directory(), ['localhost', '127.0.0.1', '::1']);
  const server = createServer({ cert: made.certificate, key: made.key }, (_request, response) =>
    response.end('hello'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const get = (options: { host: string; servername?: string }) =>
    new Promise<string>((resolve, reject) => {
      request({ port, ca: readFileSync(made.authorityFile), ...options, agent: false }, (response) => {
        response.on('data', (chunk: Buffer) => resolve(chunk.toString()));
      })
        .once('error', reject)
        .end();
    });
  expect(await get({ host: 'localhost' })).toBe('hello');
  expect(await get({ host: '127.0.0.1' })).toBe('hello');
  await expect(get({ host: '127.0.0.1', servername: 'example.org' })).rejects.toThrow(/altnames|Hostname/);
  server.close();
});
