import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { test } from '../harness/clients-test.ts';
import { createResearcher, type Researcher } from '../harness/researcher.ts';
import { sharedPlatform } from '../harness/running-platform.ts';

let alice: Researcher;
beforeAll(async () => {
  alice = await createResearcher(await sharedPlatform(), { clients: ['rucio'] });
});

const file = async (name: string, content: string | Buffer) => {
  const path = join(alice.home, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
  return path;
};
const ok = async (...words: string[]) => {
  const run = await alice.rucio(...words);
  // Some commands of this client end with 0 after an error, so what they say counts too.
  expect(
    { code: run.code, error: /\tERROR\t/.test(run.output) },
    `rucio ${words.join(' ')}:\n${run.output}`,
  ).toEqual({
    code: 0,
    error: false,
  });
  return run.output;
};
const refused = async (...words: string[]) => {
  const run = await alice.rucio(...words);
  expect(
    run.code !== 0 || /\tERROR\t/.test(run.output),
    `rucio ${words.join(' ')} should fail:\n${run.output}`,
  ).toBe(true);
  return run.output;
};
const did = (name: string) => `${alice.scope}:${name}`;

test('ping and whoami', async () => {
  expect(await ok('ping')).toMatch(/\d+\.\d+/);
  expect(await ok('whoami')).toContain(alice.username);
});

describe('uploads and downloads', () => {
  test('one file, byte for byte, and a second upload of it is skipped without harm', async () => {
    const content = randomBytes(300_000);
    const path = await file('one.bin', content);
    await ok('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, path);
    await alice.rucio('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, path);
    await ok('download', did('one.bin'), '--dir', join(alice.home, 'd1'));
    expect((await readFile(join(alice.home, 'd1', alice.scope, 'one.bin'))).equals(content)).toBe(true);
    expect((await ok('replica', 'list', 'file', did('one.bin'), '--pfns')).match(/https:/g)).toHaveLength(1);
  });

  test('a zero-byte file does not wait a minute', async () => {
    const path = await file('empty', '');
    const started = Date.now();
    await ok('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, path);
    expect(Date.now() - started).toBeLessThan(30_000);
    await ok('download', did('empty'), '--dir', join(alice.home, 'd2'));
    expect(await readFile(join(alice.home, 'd2', alice.scope, 'empty'))).toHaveLength(0);
  });

  test('many files into a dataset, the dataset, a container, a wildcard', async () => {
    const paths = await Promise.all(
      ['m1', 'm2', 'm3'].map((name) => file(`many/${name}`, `content of ${name}`)),
    );
    await ok('upload', '--rse', 'LOCAL-B', '--scope', alice.scope, did('many'), ...paths);
    const content = await ok('did', 'content', 'list', did('many'));
    for (const name of ['m1', 'm2', 'm3']) expect(content).toContain(did(name));
    await ok('did', 'add', '--type', 'container', did('all'));
    await ok('did', 'content', 'add', did('many'), '--to-did', did('all'));
    await ok('download', did('all'), '--dir', join(alice.home, 'd3'));
    await ok('download', did('m*'), '--dir', join(alice.home, 'd4'));
    // The client names the folder after what was asked for.
    for (const folder of ['d3/all', 'd4/many']) {
      expect(await readFile(join(alice.home, folder, 'm2'), 'utf8')).toBe('content of m2');
    }
  });

  test('a folder becomes datasets', async () => {
    await file('tree/inner/a', 'a');
    await file('tree/inner/b', 'b');
    await ok('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, '--recursive', join(alice.home, 'tree'));
    expect(await ok('did', 'list', did('*'), '--filter', 'type=all')).toContain('inner');
  });

  test('a large file keeps its checksum through upload, replication and download', async () => {
    const path = join(alice.home, 'large');
    await writeFile(path, randomBytes(1_000_003));
    await truncate(path, 200_000_000);
    const digest = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    await ok('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, path);
    await ok('rule', 'add', did('large'), '--copies', '1', '--rses', 'LOCAL-C');
    await expectRuleOk(did('large'), 'LOCAL-C');
    await ok('download', did('large'), '--rses', 'LOCAL-C', '--dir', join(alice.home, 'd5'));
    const copy = await readFile(join(alice.home, 'd5', alice.scope, 'large'));
    expect(createHash('sha256').update(copy).digest('hex')).toBe(digest);
  });
});

async function expectRuleOk(name: string, rse: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const listed = await ok('rule', 'list', '--did', name, '--csv');
    const line = listed.split('\n').find((row) => row.includes(rse));
    if (line?.includes('OK')) return;
    expect(attempt, `the rule is not OK:\n${listed}`).toBeLessThan(30);
  }
}

describe('rules', () => {
  test('are added, shown, extended and removed by their owner; a second removal is refused', async () => {
    await ok('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, await file('ruled', 'r'));
    const id = (await ok('rule', 'add', did('ruled'), '--copies', '1', '--rses', 'LOCAL-B')).match(
      /[0-9a-f]{32}/,
    )?.[0] as string;
    await expectRuleOk(did('ruled'), 'LOCAL-B');
    expect(await ok('rule', 'show', id)).toContain('LOCAL-B');
    expect(await refused('rule', 'add', did('ruled'), '--copies', '1', '--rses', 'LOCAL-B')).toMatch(
      /rule|exist/i,
    );
    await ok('rule', 'update', id, '--lifetime', '86400');
    await ok('rule', 'remove', id);
    expect(await refused('rule', 'remove', '0'.repeat(32))).toMatch(/no.*rule|not found/i);
  });

  test('an expression that matches nothing and one that cannot be met say so', async () => {
    expect(await refused('rule', 'add', did('ruled'), '--copies', '1', '--rses', 'NOWHERE')).toMatch(
      /empty set|RSE/,
    );
    expect(await refused('rule', 'add', did('ruled'), '--copies', '9', '--rses', '*')).toMatch(/RSE/);
  });
});

describe('metadata and search', () => {
  test('metadata are set, listed and found by', async () => {
    await ok('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, await file('described', 'x'));
    await ok('did', 'metadata', 'set', did('described'), '--key', 'telescope', '--value', 'ORCA');
    expect(await ok('did', 'metadata', 'list', did('described'), '--plugin', 'ALL')).toMatch(
      /telescope.*ORCA/,
    );
    expect(await ok('did', 'show', did('described'))).toContain('FILE');
  });
});

describe('wrong input', () => {
  test.each([
    [
      'an unknown element',
      async () => refused('upload', '--rse', 'NOWHERE', '--scope', alice.scope, await file('lost', 'x')),
      /No storage element matches NOWHERE: run "rucio rse list"/,
    ],
    [
      'a scope of someone else',
      async () => refused('upload', '--rse', 'LOCAL-A', '--scope', 'user.root', await file('foreign', 'x')),
      /Scope 'user\.root' not found|does not exist|owner/,
    ],
    ['an unknown name', () => refused('did', 'show', did('nothing')), /not found/i],
    [
      'a name that is too long',
      () => refused('did', 'add', '--type', 'dataset', did('x'.repeat(300))),
      /name|long|valid/i,
    ],
    [
      'detaching what is not attached',
      () => refused('did', 'content', 'remove', did('one.bin'), '--from-did', did('many')),
      /one\.bin.*not|not.*one\.bin/,
    ],
    [
      'removing a rule twice',
      async () => {
        await ok('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, await file('twice', '2'));
        const id = (await ok('rule', 'list', '--did', did('twice'), '--csv')).match(
          /[0-9a-f]{32}/,
        )?.[0] as string;
        await ok('rule', 'remove', id);
        return refused('rule', 'remove', id);
      },
      /No replication rule|not found/i,
    ],
  ])('%s', async (_what, attempt, reason) => {
    expect(await attempt()).toMatch(reason);
  });
});

describe('names of files', () => {
  test.each([
    ['a space', 'with space'],
    ['another script', 'größe.txt'],
    ['an encoded slash', 'a%2Fb'],
    ['a dot in front', '.hidden'],
    ['more than 250 characters', 'x'.repeat(251)],
  ])('%s is refused with what is allowed, and nothing is left', async (_what, name) => {
    const path = await file(name, 'named');
    expect(await refused('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, path)).toMatch(
      /at most 250 of letters, digits, \. - _ and \/, beginning with a letter, a digit or \/ are allowed/,
    );
    const searched = await ok('did', 'list', did('*'), '--filter', 'type=all', '--short');
    expect(searched.split('\n')).not.toContain(did(name));
  });

  test.each([
    ['slashes', 'deep/in/a/folder'],
    ['250 characters', 'y'.repeat(250)],
    ['what looks like a route', 'files'],
    ['signs', 'A-b_c.9'],
  ])('%s are taken there and back', async (_what, name) => {
    const path = await file(`source-of-${name.length}`, `content of ${name}`);
    await ok('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, '--lfn', name, path);
    const back = join(alice.home, 'names', alice.scope, name);
    // This client does not make the folders of a name with slashes when it downloads.
    await mkdir(join(back, '..'), { recursive: true });
    await ok('download', did(name), '--dir', join(alice.home, 'names'));
    expect(await readFile(back, 'utf8')).toBe(`content of ${name}`);
    expect((await ok('replica', 'list', 'file', did(name), '--pfns')).match(/https:/g)).toHaveLength(1);
  });
});

test('afterwards the audit is clean', async () => {
  expect(await (await sharedPlatform()).audit()).toEqual([]);
});
