import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { localCertificates } from '@vre/secrets';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { test } from '../harness/clients-test.ts';
import { startPlatformForTests, type TestPlatform } from '../harness/platform.ts';
import { clientEnvironments } from '../harness/researcher.ts';

const hosts = {
  portal: 'vre.example.test',
  lake: 'rucio.example.test',
  door: 'storage.example.test',
  notebooks: 'notebooks.example.test',
};
const names = { server: `vres${process.pid % 10_000}`, client: `vrec${process.pid % 10_000}` };
const addresses = { server: '10.213.77.1', client: '10.213.77.2' };
const ip = (...words: string[]) => execFileSync('ip', words, { stdio: 'pipe' });

/** Two hosts of our own: namespaces joined by a cable, which know the site by its names. */
function connectNamespaces(): void {
  for (const side of ['server', 'client'] as const) {
    ip('netns', 'add', names[side]);
    mkdirSync(`/etc/netns/${names[side]}`, { recursive: true });
    const lines = ['127.0.0.1 localhost', `${addresses.server} ${Object.values(hosts).join(' ')}`, ''];
    writeFileSync(`/etc/netns/${names[side]}/hosts`, lines.join('\n'));
  }
  ip('link', 'add', names.server, 'type', 'veth', 'peer', 'name', names.client);
  for (const side of ['server', 'client'] as const) {
    ip('link', 'set', names[side], 'netns', names[side]);
    ip('-n', names[side], 'addr', 'add', `${addresses[side]}/24`, 'dev', names[side]);
    ip('-n', names[side], 'link', 'set', names[side], 'up');
    ip('-n', names[side], 'link', 'set', 'lo', 'up');
  }
}

function removeNamespaces(): void {
  for (const name of Object.values(names)) {
    try {
      ip('netns', 'delete', name);
    } catch {
      // It was not made.
    }
    rmSync(`/etc/netns/${name}`, { recursive: true, force: true });
  }
}

const possible = (() => {
  if (process.getuid?.() !== 0) return 'needs root to make network namespaces';
  try {
    ip('netns', 'add', `${names.server}t`);
    ip('netns', 'delete', `${names.server}t`);
    return '';
  } catch {
    return 'network namespaces cannot be made here';
  }
})();

describe.skipIf(possible !== '')(`a site with host names and certificates of its own ${possible}`, () => {
  let platform: TestPlatform;
  let certificates: string;

  beforeAll(async () => {
    await clientEnvironments();
    certificates = mkdtempSync(join(tmpdir(), 'vre-site-'));
    const made = await localCertificates(certificates, Object.values(hosts));
    connectNamespaces();
    platform = await startPlatformForTests({
      name: 'site',
      configuration: {
        addresses: {
          portal: `https://${hosts.portal}:8443`,
          lake: `https://${hosts.lake}:8444`,
          'storage-door': `https://${hosts.door}:8445`,
          notebooks: `https://${hosts.notebooks}:8446`,
          'authority-file': made.authorityFile,
        },
        listen: {
          host: addresses.server,
          'certificate-file': join(certificates, 'server.pem'),
          'key-file': join(certificates, 'server.key'),
        },
      },
      runBefore: ['ip', 'netns', 'exec', names.server],
    });
  });
  afterAll(async () => {
    await platform?.dispose();
    removeNamespaces();
    rmSync(certificates, { recursive: true, force: true });
  });

  test('from another host: sign-in, rucio and reana-client journeys', async () => {
    const run = promisify(execFile);
    const { stdout } = await run(
      'ip',
      [
        'netns',
        'exec',
        names.client,
        process.execPath,
        '--conditions',
        '@vre/source',
        '--import',
        'tsx',
        join(import.meta.dirname, 'journey.ts'),
        platform.dataDirectory,
      ],
      {
        env: { ...process.env, NODE_EXTRA_CA_CERTS: join(certificates, 'ca.pem') },
        maxBuffer: 16 * 1024 * 1024,
      },
    );
    const seen = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as {
      same: boolean;
      size: number;
      pfns: string[];
    };
    expect(seen.same).toBe(true);
    expect(seen.size).toBe(100_000);
    expect(seen.pfns.every((pfn) => pfn.startsWith(`https://${hosts.door}:8445/`))).toBe(true);
  });

  test('nothing of it answers on another host name', async () => {
    const run = promisify(execFile);
    const { stdout } = await run('ip', [
      'netns',
      'exec',
      names.client,
      'curl',
      '-sk',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      `https://${addresses.server}:8443/`,
    ]);
    expect(stdout).toBe('421');
  });
});
