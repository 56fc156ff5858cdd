import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requirement } from '@vre/testing';
import { beforeAll, describe, expect } from 'vitest';
import { clientDirectory } from '../../src/client/client-files.ts';
import { setUpClient } from '../../src/client/set-up-client.ts';
import { test } from '../harness/clients-test.ts';
import { createResearcher, type Researcher } from '../harness/researcher.ts';
import { sharedPlatform } from '../harness/running-platform.ts';
import { until } from '../harness/wait.ts';

let alice: Researcher;
beforeAll(async () => {
  alice = await createResearcher(await sharedPlatform(), { clients: ['reana'] });
});

const ok = async (...words: string[]) => {
  const run = await alice.reana(...words);
  expect(run.code, `reana-client ${words.join(' ')}:\n${run.output}`).toBe(0);
  return run.output;
};

async function specification(name: string, steps: string, extra = ''): Promise<string> {
  const file = `${name}.yaml`;
  await writeFile(
    join(alice.home, file),
    `version: 0.9.4
inputs:
  parameters: { who: world, times: 2 }
workflow:
  type: serial
  specification:
    steps:
${steps}
outputs:
  files: [greeting.txt]
${extra}`,
  );
  return file;
}

const status = async (name: string): Promise<string> => {
  const output = await ok('status', '-w', name, '--json');
  return (JSON.parse(output.slice(output.search(/^\[/m))) as { status: string }[])[0]?.status ?? '';
};
const ended = (name: string) =>
  until(
    () => status(name),
    (state) => ['finished', 'failed', 'stopped'].includes(state),
    90,
  );

const greeting = `      - name: greet
        environment: docker.io/library/python:3.11-slim
        commands:
          - yes "hello \${who}" | head -n \${times} > greeting.txt
      - name: count
        environment: docker.io/library/python:3.11-slim
        commands:
          - wc -l < greeting.txt > lines.txt
          - cat lines.txt`;

test('ping, info, validate', async () => {
  expect(await ok('ping')).toContain('Connected');
  expect(await ok('info')).toMatch(/compute backend/i);
  expect(await ok('validate', '-f', await specification('valid', greeting))).toMatch(
    /Valid REANA specification/,
  );
});

test('setting up a client tells until when its token counts, and the portal lists it so', async () => {
  const { addresses } = await sharedPlatform();
  const told: string[] = [];
  await setUpClient({
    portal: addresses.portal,
    account: alice.username,
    authorityFile: addresses.authorityFile,
    client: clientDirectory(join(alice.home, 'another')),
    connect: false,
    show: (sentence) => {
      told.push(sentence);
      const link = /Open (\S+) and confirm/.exec(sentence)?.[1];
      if (link !== undefined) void alice.person.visit(link);
    },
  });
  const until = /reana-token, valid until (\d{4}-\d\d-\d\d): run this command again then/.exec(
    told.join('\n'),
  )?.[1];
  const { tokens } = (await alice.person.json(`${addresses.portal}/x/reana/x-tokens`)) as {
    readonly tokens: readonly { readonly label: string; readonly expiresAt: string }[];
  };
  const made = tokens.find(({ label }) => label.startsWith('vre client on'));
  expect(made?.expiresAt.slice(0, 10)).toBe(until);
  const days = (Date.parse(made?.expiresAt ?? '') - Date.now()) / 86_400_000;
  expect(Math.round(days)).toBe(90);
});

test('the complete life of a run', async () => {
  await ok('run', '-w', 'life', '-f', await specification('life', greeting), '-p', 'who=Ada');
  expect(await ended('life')).toBe('finished');
  const logs = await ok('logs', '-w', 'life');
  expect(logs).toContain('greet');
  expect(logs).toMatch(/^2$/m);
  expect(await ok('ls', '-w', 'life')).toContain('greeting.txt');
  expect(await ok('du', '-w', 'life', '-s')).toMatch(/\d/);
  await ok('download', '-w', 'life', '-o', join(alice.home, 'out'));
  expect(await readFile(join(alice.home, 'out', 'greeting.txt'), 'utf8')).toBe('hello Ada\nhello Ada\n');
  await ok('restart', '-w', 'life', '-p', 'who=Grace');
  expect(await ended('life')).toBe('finished');
  await ok('download', '-w', 'life', '-o', join(alice.home, 'again'), 'greeting.txt');
  expect(await readFile(join(alice.home, 'again', 'greeting.txt'), 'utf8')).toContain('hello Grace');
  expect(await ok('list')).toMatch(/life\s+1\.1/);
  await ok('delete', '-w', 'life', '--include-all-runs');
  expect(await ok('list')).not.toContain('life');
});

test('stop ends a run that sleeps', async () => {
  const steps = `      - name: sleep
        environment: docker.io/library/python:3.11-slim
        commands: [ "sleep 600" ]`;
  await ok('run', '-w', 'sleeper', '-f', await specification('sleeper', steps));
  await until(
    () => status('sleeper'),
    (state) => state === 'running',
    30,
  );
  await ok('stop', '-w', 'sleeper', '--force');
  expect(await ended('sleeper')).toBe('stopped');
});

describe('runs that cannot work fail with a sentence', () => {
  const fails = async (name: string, steps: string) => {
    await ok('run', '-w', name, '-f', await specification(name, steps));
    expect(await ended(name)).toBe('failed');
    return ok('logs', '-w', name);
  };
  const step = (command: string, more = '') => `      - name: s
        environment: docker.io/library/python:3.11-slim
        commands: [ ${JSON.stringify(command)} ]
${more}`;

  test('a command that fails', async () => {
    expect(await fails('exits', step('echo before; exit 3'))).toMatch(
      /before[\s\S]*exit code 3|exit code 3[\s\S]*before/,
    );
  });
  test('too much memory', async () => {
    // Kept until the watchdog looks, where no control group counts.
    const eater = `python3 -c "import time; x = b'x' * 800_000_000; time.sleep(30)"`;
    expect(await fails('eater', step(eater, '        kubernetes_memory_limit: 128Mi'))).toMatch(/memory/i);
  });
  test('too much time, ignoring SIGTERM', async () => {
    expect(
      await fails(
        'slow',
        step("trap '' TERM; while true; do sleep 1; done", '        kubernetes_job_timeout: 2'),
      ),
    ).toMatch(/timed out|time/i);
  });
});

test('a step cannot see the files of the platform or of other people', async (context) => {
  // An operator who is the only person here may let jobs run as herself: then they see what she sees.
  if (!requirement('bubblewrap').present && process.getuid?.() !== 0)
    context.skip('jobs run with the rights of the platform here: there is no bubblewrap');
  const { dataDirectory } = await sharedPlatform();
  const steps = `      - name: spy
        environment: docker.io/library/python:3.11-slim
        commands:
          - cat ${dataDirectory}/secrets/key ${dataDirectory}/installation.json && printf 'FO%s' UND || echo hidden; id -u; env`;
  await ok('run', '-w', 'spy', '-f', await specification('spy', steps));
  expect(await ended('spy')).toBe('finished');
  const logs = await ok('logs', '-w', 'spy');
  expect(logs).not.toContain('FOUND');
  expect(logs).not.toMatch(/^0$/m);
  expect(logs).not.toMatch(/^(VRE_(?!JOB_ID)|REANA_ACCESS_TOKEN|.*PASSWORD)/im);
});

describe('a specification that cannot work is refused at once, and the client says why', () => {
  const step = `      - name: s
        environment: docker.io/library/python:3.11-slim
        commands: [ "true" ]`;
  const refused: readonly [string, (path: string) => Promise<unknown>, RegExp][] = [
    [
      'unmapped',
      (file) => specification(file, step.replace('docker.io/library/python:3.11-slim', 'example/unknown:1')),
      /example\/unknown:1[\s\S]*Known environments: [\s\S]*python[\s\S]*workflows\.images/,
    ],
    [
      'no-yaml',
      (file) => writeFile(join(alice.home, `${file}.yaml`), 'workflow: [ {\n'),
      /yaml|parsing|syntax/i,
    ],
    [
      'no-command',
      (file) => specification(file, step.replace('        commands: [ "true" ]', '')),
      /commands/,
    ],
    [
      'above',
      (file) =>
        specification(file, step, 'tests: { files: [] }').then(() =>
          replaceIn(file, 'greeting.txt', '../up.txt'),
        ),
      /\.\.\/up\.txt/,
    ],
    [
      'absolute',
      (file) => specification(file, step).then(() => replaceIn(file, 'greeting.txt', '/etc/passwd')),
      /\/etc\/passwd/,
    ],
  ];
  const replaceIn = async (file: string, from: string, to: string) => {
    const path = join(alice.home, `${file}.yaml`);
    await writeFile(path, (await readFile(path, 'utf8')).replace(from, to));
  };
  test.each(refused)('%s', async (name, write, sentence) => {
    await write(name);
    const run = await alice.reana('run', '-w', name, '-f', `${name}.yaml`);
    expect(run.output).toMatch(sentence);
    expect(run.output).not.toMatch(/Traceback/);
    expect(run.code, run.output).not.toBe(0);
    expect(await ok('list')).not.toMatch(new RegExp(`^${name} .*(queued|running|failed|finished)`, 'm'));
  });

  test('an unknown key is told, and the run goes on', async () => {
    const file = await specification('odd', step, 'flavour: salty\n');
    expect(await ok('run', '-w', 'odd', '-f', file)).toMatch(/flavour/);
    expect(await ended('odd')).toBe('finished');
  });
});
