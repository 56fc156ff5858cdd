/**
 * Run inside the clients' network namespace: an ordinary person signs in, uploads, replicates, downloads and runs a
 * workflow at a site that is known by its host names alone. Prints what was seen as JSON; any failure ends it.
 */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfiguration } from '../../src/configuration/configuration.ts';
import { addressesOf } from '../../src/installation/addresses.ts';
import { openInstallation } from '../../src/installation/installation.ts';
import { createResearcher } from '../harness/researcher.ts';
import { until } from '../harness/wait.ts';

const [dataDirectory = ''] = process.argv.slice(2);
const configuration = await loadConfiguration({ file: join(dataDirectory, 'vre.yaml') });
const installation = await openInstallation(dataDirectory, configuration, { create: false });
const alice = await createResearcher({ installation, addresses: addressesOf(installation, configuration) });

const ok = async (run: Promise<{ code: number; output: string }>, what: string) => {
  const { code, output } = await run;
  if (code !== 0) throw new Error(`${what}:\n${output}`);
  return output;
};
const content = randomBytes(100_000);
await writeFile(join(alice.home, 'remote.bin'), content);
const did = `${alice.scope}:remote.bin`;
await ok(alice.rucio('upload', '--rse', 'LOCAL-A', '--scope', alice.scope, 'remote.bin'), 'upload');
await ok(alice.rucio('rule', 'add', did, '--copies', '1', '--rses', 'LOCAL-B'), 'rule add');
const pfns = await until(
  () => alice.rucio('replica', 'list', 'file', did, '--pfns'),
  ({ output }) => (output.match(/https:/g) ?? []).length === 2,
);
await ok(alice.rucio('download', did, '--rses', 'LOCAL-B', '--dir', 'copy'), 'download');
const same = (await readFile(join(alice.home, 'copy', alice.scope, 'remote.bin'))).equals(content);

await writeFile(
  join(alice.home, 'reana.yaml'),
  `version: 0.9.4
inputs:
  data-lake:
    - { did: "${did}", target: data/ }
workflow:
  type: serial
  specification:
    steps:
      - name: size
        environment: docker.io/library/python:3.11-slim
        commands: [ "cat data/* data/*/* 2>/dev/null | wc -c > size.txt" ]
outputs: { files: [ size.txt ] }
`,
);
await ok(alice.reana('run', '-w', 'remote', '-f', 'reana.yaml'), 'reana-client run');
await until(
  () => alice.reana('status', '-w', 'remote'),
  ({ output }) => /finished|failed/.test(output),
  60,
);
const logs = await ok(alice.reana('logs', '-w', 'remote'), 'reana-client logs');
await ok(
  alice.reana('download', '-w', 'remote', '-o', 'out', 'size.txt'),
  `reana-client download, log:\n${logs}`,
);
const size = Number(await readFile(join(alice.home, 'out', 'size.txt'), 'utf8'));
process.stdout.write(
  `${JSON.stringify({ same, size, pfns: pfns.output.split('\n').filter((line) => line.startsWith('https')) })}\n`,
);
process.exit(0);
