import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, open, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { clientEnvironment } from '../../src/client/client-environment.ts';
import type { ClientRun } from '../../src/client/run-client.ts';
import { test } from '../harness/clients-test.ts';
import { type OperatedPlatform, startOperatedPlatform } from '../harness/operator.ts';
import { clientEnvironments, createResearcher, type Researcher } from '../harness/researcher.ts';
import { storedFiles } from '../harness/stored-files.ts';
import { until } from '../harness/wait.ts';

let platform: OperatedPlatform;
let alice: Researcher;
beforeAll(async () => {
  platform = await startOperatedPlatform('bad-uploads');
  alice = await createResearcher(platform, { clients: ['rucio'] });
});
afterAll(() => platform?.dispose());

const did = (name: string) => `${alice.scope}:${name}`;
const ok = async (run: Promise<ClientRun>) => {
  const { code, output } = await run;
  expect(code, output).toBe(0);
  return output;
};
const stored = (element: string) => storedFiles(join(platform.dataDirectory, 'elements', element));

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** What an upload leaves when it ends without a file: no name, no bytes, nothing under way. */
async function expectNothingOf(name: string, element: string): Promise<void> {
  expect((await alice.rucio('did', 'show', did(name))).output).toMatch(/not found/i);
  expect((await stored(element)).filter(({ path }) => path.includes(name))).toEqual([]);
  expect(await platform.audit()).toEqual([]);
}

describe('a file that changes while it is uploaded', () => {
  const bytes = 200_000_000;

  /** Uploads, and changes the file while the client stands still with a part of the bytes sent. */
  async function uploadWhile(
    path: string,
    change: () => Promise<void>,
    words: readonly string[],
  ): Promise<ClientRun> {
    const { 'rucio-clients': environment } = await clientEnvironments();
    const child = spawn('rucio', [...words, path], {
      env: await clientEnvironment(alice.client, platform.addresses, [environment.binDirectory]),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk;
      });
    const ended = new Promise<ClientRun>((resolve) =>
      child.once('close', (code) => resolve({ code: code ?? 1, output })),
    );
    const sent = async () =>
      Math.max(
        0,
        ...(await stored('LOCAL-C'))
          .filter((file) => file.path.includes(basename(path)))
          .map((file) => file.bytes),
      );
    await until(sent, (some) => some > 2_000_000);
    child.kill('SIGSTOP');
    expect(await sent(), 'the client was faster than the test').toBeLessThan(bytes / 2);
    await change();
    child.kill('SIGCONT');
    return ended;
  }

  const states = (name: string) => ok(alice.rucio('replica', 'list', 'file', did(name), '--all-states'));
  const changeEnd = async (path: string) => {
    const file = await open(path, 'r+');
    await file.write(randomBytes(1000), 0, 1000, bytes - 1000);
    await file.close();
  };
  const upload = ['upload', '--rse', 'LOCAL-C'];

  test.each([
    [
      'has other bytes at its end',
      'changed',
      changeEnd,
      upload,
      /Failed to update replica state for file changed/,
      'nothing',
    ],
    [
      'has other bytes at its end, and the client is talkative',
      'explained',
      changeEnd,
      ['--verbose', ...upload],
      /The checksum of \S+:explained on LOCAL-C differs: adler32 \w+ is stored/,
      'nothing',
    ],
    [
      'was cut short',
      'cut-short',
      (path: string) => truncate(path, bytes / 2),
      [...upload, '--transfer-timeout', '5'],
      /Failed to (update replica state for|upload) file cut-short/,
      'nothing',
    ],
    // What was announced has arrived; the client stumbles over its own rest and gives up.
    [
      'has grown',
      'grown',
      (path: string) => appendFile(path, randomBytes(1000)),
      upload,
      /Failed to upload file grown/,
      'an upload',
    ],
  ] as const)(
    'it %s: an error, and the same command succeeds',
    async (_how, name, change, words, error, left) => {
      const path = join(alice.home, name);
      await writeFile(path, randomBytes(1000));
      await truncate(path, bytes);
      const { output } = await uploadWhile(path, () => change(path), words);
      expect(output).toMatch(error);
      expect(output).toMatch(/None of the given files have been uploaded/);
      if (left === 'nothing') await expectNothingOf(name, 'LOCAL-C');
      else {
        expect(await states(name)).not.toContain('(A)');
        expect(await ok(alice.rucio('rule', 'list', '--did', did(name), '--csv'))).toContain('REPLICATING');
      }
      await ok(alice.rucio(...upload, path));
      expect(await states(name)).toMatch(/\(A\) LOCAL-C/);
      await ok(alice.rucio('download', did(name), '--dir', join(alice.home, 'back')));
      expect(await sha256(join(alice.home, 'back', alice.scope, name))).toBe(await sha256(path));
      expect((await stored('LOCAL-C')).filter((file) => file.path.includes(name))).toHaveLength(1);
      expect(await platform.audit()).toEqual([]);
    },
  );
});

describe('more than the quota', () => {
  beforeAll(async () => {
    await ok(platform.root('account', 'limit', 'set', alice.username, '--rse', 'LOCAL-B', '--bytes', '1000'));
  });
  const file = async (name: string, bytes: number) => {
    const path = join(alice.home, name);
    await writeFile(path, randomBytes(bytes));
    return path;
  };
  const refused = async (...words: string[]) => {
    const { code, output } = await alice.rucio(...words);
    // Some commands of this client end with 0 after an error, so what they say counts too.
    expect(code !== 0 || /\tERROR\t/.test(output), output).toBe(true);
    return output;
  };
  const usage = () => ok(alice.rucio('account', 'limit', 'list', alice.username, '--rse', 'LOCAL-B'));

  test('an upload is refused before it sends bytes, with what is left and what is needed', async () => {
    const path = await file('too-big', 1001);
    expect(await refused('upload', '--rse', 'LOCAL-B', '--scope', alice.scope, path)).toMatch(
      new RegExp(
        `account limit|quota[^]*${alice.username} has 1000 bytes of quota left on LOCAL-B, 1001 are needed`,
      ),
    );
    await expectNothingOf('too-big', 'LOCAL-B');
    await ok(alice.rucio('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, path));
  });

  test('a rule is refused as a whole', async () => {
    expect(await refused('rule', 'add', did('too-big'), '--copies', '1', '--rses', 'LOCAL-B')).toMatch(
      /quota|limit/i,
    );
    expect(await ok(alice.rucio('rule', 'list', '--did', did('too-big'), '--csv'))).not.toContain('LOCAL-B');
    expect(
      await ok(alice.rucio('replica', 'list', 'file', did('too-big'), '--pfns', '--all-states')),
    ).not.toContain('LOCAL-B');
    expect(await platform.audit()).toEqual([]);
  });

  test('what fits is taken up to the last byte, and room is free again after its rule is removed', async () => {
    await ok(alice.rucio('upload', '--rse', 'LOCAL-B', '--scope', alice.scope, await file('fits', 1000)));
    expect(await usage()).toMatch(/LOCAL-B\s*\|\s*1\.000 kB\s*\|\s*1\.000 kB\s*\|\s*0\.000 B/);
    const another = await file('another', 1);
    expect(await refused('upload', '--rse', 'LOCAL-B', '--scope', alice.scope, another)).toMatch(
      /0 bytes of quota left/,
    );
    await expectNothingOf('another', 'LOCAL-B');
    const id = (await ok(alice.rucio('rule', 'list', '--did', did('fits'), '--csv'))).match(
      /[0-9a-f]{32}/,
    )?.[0] as string;
    await ok(alice.rucio('rule', 'remove', id));
    await ok(alice.rucio('upload', '--rse', 'LOCAL-B', '--scope', alice.scope, another));
    expect(await platform.audit()).toEqual([]);
  });
});
