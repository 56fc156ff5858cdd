import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requirement } from '@vre/testing';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { test } from '../harness/clients-test.ts';
import { startPlatformForTests, type TestPlatform } from '../harness/platform.ts';
import { createResearcher, type Researcher } from '../harness/researcher.ts';
import { until } from '../harness/wait.ts';

const bubblewrap = requirement('bubblewrap');

describe.skipIf(!bubblewrap.present)(`isolation of a step ${bubblewrap.reason}`, () => {
  let platform: TestPlatform;
  let alice: Researcher;
  beforeAll(async () => {
    platform = await startPlatformForTests({
      name: 'isolated',
      configuration: { workflows: { network: 'none' } },
    });
    alice = await createResearcher(platform, { clients: ['reana'] });
  });
  afterAll(() => platform?.dispose());

  async function logOfFailed(name: string, command: string): Promise<string> {
    await writeFile(
      join(alice.home, `${name}.yaml`),
      `workflow:
  type: serial
  specification:
    steps:
      - { name: s, environment: docker.io/library/python:3.11-slim, commands: [ ${JSON.stringify(command)} ] }
`,
    );
    const run = await alice.reana('run', '-w', name, '-f', `${name}.yaml`);
    expect(run.code, run.output).toBe(0);
    const { output } = await until(
      () => alice.reana('status', '-w', name),
      (status) => /finished|failed/.test(status.output),
      60,
    );
    expect(output).toContain('failed');
    return (await alice.reana('logs', '-w', name)).output;
  }

  test.each(['/etc/motd-of-mine', '/usr/x', '/opt/x'])(
    'a write to %s fails and the log names the policy',
    async (path) => {
      const log = await logOfFailed(`write${path.replaceAll(/\W/g, '')}`, `echo x > ${path}`);
      expect(log).toMatch(/Read-only file system|Permission denied|No such file/);
      expect(log).toMatch(/policy: writes to its workspace, home and \/tmp only/);
    },
  );

  test('a socket to another host, or to the platform itself, fails and the log names the policy', async () => {
    const port = new URL(platform.addresses.portal).port;
    const log = await logOfFailed(
      'socket',
      `python3 -c 'import socket; socket.create_connection(("127.0.0.1", ${port}), 3)'`,
    );
    expect(log).toMatch(/refused|unreachable/i);
    expect(log).toMatch(/no network: sockets to other hosts are refused/);
  });
});
