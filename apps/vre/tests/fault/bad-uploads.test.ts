import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, open, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientEnvironment } from '../../src/client/client-environment.ts';
import type { ClientRun } from '../../src/client/run-client.ts';
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
    const child = spawn('rucio', [...words, 'upload', '--rse', 'LOCAL-C', '--scope', alice.scope, path], {
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
    await until(
      () => stored('LOCAL-C'),
      (files) => files.some((file) => file.bytes > 2_000_000),
    );
    child.kill('SIGSTOP');
    const sent = Math.max(...(await stored('LOCAL-C')).map((file) => file.bytes));
    expect(sent, 'the client was faster than the test').toBeLessThan(bytes / 2);
    await change();
    child.kill('SIGCONT');
    return ended;
  }

  test.each([
    [
      'has other bytes at its end',
      'changed',
      async (path: string) => {
        const file = await open(path, 'r+');
        await file.write(randomBytes(1000), 0, 1000, bytes - 1000);
        await file.close();
      },
    ],
    ['has grown', 'grown', (path: string) => appendFile(path, randomBytes(1000))],
    ['was cut short', 'cut', (path: string) => truncate(path, bytes / 2)],
  ])('it %s: an error, nothing left, and the same command succeeds', async (_how, name, change) => {
    const path = join(alice.home, name);
    await writeFile(path, randomBytes(1000));
    await truncate(path, bytes);
    for (const words of [[], ['--verbose']]) {
      const started = Date.now();
      const { code, output } = await uploadWhile(path, () => change(path), words);
      console.log(name, words, code, Date.now() - started, output.slice(-3000));
      expect(code, output).not.toBe(0);
      expect(output).toMatch(/Failed to (update replica state for|upload) file/);
      await expectNothingOf(name, 'LOCAL-C');
      await truncate(path, bytes);
    }
    await ok(alice.rucio('upload', '--rse', 'LOCAL-C', '--scope', alice.scope, path));
    await ok(alice.rucio('download', did(name), '--dir', join(alice.home, 'back')));
    expect((await readFile(join(alice.home, 'back', alice.scope, name))).equals(await readFile(path))).toBe(
      true,
    );
    expect(await ok(alice.rucio('replica', 'list', 'file', did(name), '--pfns'))).toMatch(/local-c/);
    expect(await platform.audit()).toEqual([]);
  });
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
    console.log(words.join(' '), code, output);
    expect(code, output).not.toBe(0);
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
    console.log(await usage());
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
