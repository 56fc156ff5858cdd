import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from '@vre/database';
import { systemClock } from '@vre/service';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually, startWorkflows, type WorkflowsUnderTest } from './workflows-under-test.test-support.ts';

const run = promisify(execFile);
/** Path of an installed, unmodified `reana-client`; the journey is skipped without one. */
const program = process.env.TEST_REANA_CLIENT;

const specification = `version: 0.9.0
inputs:
  files: [code/count.sh, data/numbers.txt]
  parameters:
    label: default
    factor: 1.0
workflow:
  type: serial
  specification:
    steps:
      - name: count
        environment: debian:12
        kubernetes_memory_limit: 256Mi
        commands:
          - mkdir -p results
          - bash code/count.sh data/numbers.txt > results/count.txt
      - name: report
        environment: debian:12
        commands:
          - echo "\${label} \${factor} $$(cat results/count.txt)" > results/report.txt
          - cat results/report.txt
outputs:
  files: [results/report.txt]
`;

// Each command of this client takes seconds to start.
vi.setConfig({ testTimeout: 150_000 });

const reason = program === undefined ? ' (TEST_REANA_CLIENT names no program)' : '';

describe.skipIf(program === undefined)(`the unmodified reana-client${reason}`, () => {
  let workflows: WorkflowsUnderTest;
  let directory: string;
  let environment: NodeJS.ProcessEnv;

  /** Output of a command; a failing one is shown with what it said. */
  async function reana(...words: string[]): Promise<string> {
    try {
      const { stdout, stderr } = await run(program as string, words, { cwd: directory, env: environment });
      return stdout + stderr;
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string };
      throw new Error(`reana-client ${words.join(' ')} failed:\n${stdout}\n${stderr}`);
    }
  }
  const refused = (...words: string[]) =>
    reana(...words).then(
      (text) => {
        throw new Error(`reana-client ${words.join(' ')} succeeded: ${text}`);
      },
      (error: Error) => error.message,
    );

  beforeAll(async () => {
    workflows = await startWorkflows({ context: { clock: systemClock } });
    const client = await workflows.clientOf('ada');
    const { token } = await client.mintToken('reana-client test');
    directory = await mkdtemp(join(tmpdir(), 'vre-reana-client-'));
    await mkdir(join(directory, 'code'));
    await mkdir(join(directory, 'data'));
    await writeFile(join(directory, 'code/count.sh'), 'wc -l < "$1"\n');
    await writeFile(join(directory, 'data/numbers.txt'), '1\n2\n3\n');
    await writeFile(join(directory, 'data/empty file.txt'), '');
    await writeFile(join(directory, 'reana.yaml'), specification);
    environment = {
      PATH: process.env.PATH,
      HOME: directory,
      LANG: 'C.UTF-8',
      PYTHONWARNINGS: 'ignore',
      REANA_SERVER_URL: workflows.url,
      REANA_ACCESS_TOKEN: token,
    };
  });
  it('hears what to do when its token has expired', async () => {
    const minted = await (await workflows.clientOf('ada')).mintToken('old');
    const { direct } = workflows.context.database;
    await sql`update workflows.token set expires_at = now() - interval '1 day' where id = ${minted.id}`.execute(
      direct,
    );
    const usual = environment;
    environment = { ...usual, REANA_ACCESS_TOKEN: minted.token };
    const said = await refused('list').finally(() => {
      environment = usual;
    });
    expect(said).toMatch(/It expired on \d{4}-\d\d-\d\d: run "vre client setup" again/);
  });

  afterAll(async () => {
    await workflows.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('pings, shows information and quota', async () => {
    const ping = await reana('ping');
    expect(ping).toContain('Connected');
    expect(ping).toContain('ada@example.org');
    expect(await reana('info')).toContain(
      'List of supported compute backends: kubernetes, bubblewrap, process',
    );
    expect(await reana('quota-show', '--resource', 'disk')).toContain('used');
    environment = { ...environment, REANA_ACCESS_TOKEN: 'x'.repeat(22) };
    expect(await refused('ping')).toContain('INVALID ACCESS TOKEN');
    environment = {
      ...environment,
      REANA_ACCESS_TOKEN: (await (await workflows.clientOf('ada')).mintToken('again')).token,
    };
  });

  it('validates, creates, uploads, starts with parameters and follows', async () => {
    expect(await reana('validate', '-f', 'reana.yaml')).toContain('Valid REANA specification file');
    expect(await reana('create', '-n', 'count', '-f', 'reana.yaml')).toContain('count.1');
    environment = { ...environment, REANA_WORKON: 'count' };
    const upload = await reana('upload');
    expect(upload).toContain('code/count.sh was successfully uploaded');
    expect(await reana('start', '-p', 'label=total')).toMatch(
      /count (has been queued|is running|has been finished)/,
    );
    await eventually(async () => (await reana('status')).includes('finished'), 60);
    const status = await reana('status', '-v');
    expect(status).toContain('4/4');
  });

  it('shows logs, files and usage, and downloads', async () => {
    const logs = await reana('logs');
    expect(logs).toContain('Publishing step:0, cmd: mkdir -p results, total steps 2 to MQ');
    expect(logs).toContain('total 1.0 3');
    expect(await reana('logs', '--filter', 'step=report')).not.toContain('code/count.sh');
    const listed = await reana('ls');
    for (const path of ['code/count.sh', 'reana.yaml', 'results/report.txt']) expect(listed).toContain(path);
    expect(await reana('ls', '**/*.txt')).not.toContain('count.sh');
    expect(await reana('ls', '--format', 'name,size', '--filter', 'name=report')).toContain(
      'results/report.txt',
    );
    expect(await reana('du', '-h')).toContain('/results/report.txt');
    expect(await reana('du', '-s')).toMatch(/\d+/);
    await reana('download', '-o', 'fetched');
    expect(await readFile(join(directory, 'fetched/report.txt'), 'utf8')).toBe('total 1.0 3\n');
    await reana('download', 'results', '-o', 'zipped');
    const { stdout: names } = await run('sh', ['-c', 'ls zipped'], { cwd: directory });
    expect(names).toMatch(/download_count\.1_results_.*\.zip/);
    const { stdout: tested } = await run('python3', ['-m', 'zipfile', '-t', `zipped/${names.trim()}`], {
      cwd: directory,
    });
    expect(tested).toContain('Done testing');
    expect(await reana('download', 'results/report.txt', '-o', '-')).toContain('total 1.0 3');
  });

  it('uploads an empty file with a space in its name, moves and removes', async () => {
    await reana('upload', 'data/empty file.txt');
    expect(await reana('ls')).toContain('data/empty file.txt');
    await reana('mv', 'data/empty file.txt', 'data/moved.txt');
    expect(await reana('ls')).toContain('data/moved.txt');
    expect(await reana('rm', 'data/moved.txt')).toContain('data/moved.txt was successfully deleted');
    expect(await refused('rm', 'data/moved.txt')).toContain('went wrong while deleting data/moved.txt');
    expect(await refused('mv', 'results/report.txt', '../elsewhere')).toMatch(/workspace/);
  });

  it('lists, restarts, compares', async () => {
    expect(await reana('list', '-v', '--filter', 'status=finished')).toMatch(/count\s+1\s/);
    expect(await reana('restart', '-p', 'label=second')).toContain('count.1.1');
    await eventually(async () => (await reana('status', '-w', 'count.1.1')).includes('finished'), 60);
    expect(await reana('download', 'results/report.txt', '-o', '-', '-w', 'count.1.1')).toContain(
      'second 1.0 3',
    );
    await reana('create', '-n', 'count', '-f', 'reana.yaml');
    const diff = await reana('diff', 'count.1', 'count.2');
    expect(diff).toContain('Only in count.1');
  });

  it('stops and deletes', async () => {
    const endless = specification.replace('- cat results/report.txt', '- sleep 300');
    await writeFile(join(directory, 'endless.yaml'), endless);
    await reana('create', '-n', 'endless', '-f', 'endless.yaml');
    environment = { ...environment, REANA_WORKON: 'endless' };
    await reana('upload', 'code', 'data');
    await reana('start');
    await eventually(async () => (await reana('status')).includes('3/4'), 60);
    expect(await refused('delete')).toContain('cannot be deleted as it is currently running');
    expect(await reana('stop', '--force')).toContain('endless has been stopped');
    expect(await reana('status')).toContain('stopped');
    expect(await reana('delete')).toMatch(/endless.* have been deleted|has been deleted/);
    expect(await reana('list')).not.toContain('endless');
    expect(await reana('list', '--show-deleted-runs')).toContain('deleted');
    expect(await refused('start')).toMatch(/deleted|already/);
  });

  it('keeps secrets and gives them to jobs', async () => {
    await writeFile(join(directory, 'key.txt'), 'file secret\n');
    expect(await reana('secrets-add', '--env', "PASS=it's", '--file', 'key.txt')).toContain(
      'successfully uploaded',
    );
    expect(await reana('secrets-list')).toMatch(
      /PASS\s+env[\s\S]*key\.txt\s+file|key\.txt\s+file[\s\S]*PASS\s+env/,
    );
    expect(await refused('secrets-add', '--env', 'PASS=other')).toContain('already exists');
    const yaml = specification.replace(
      '- cat results/report.txt',
      () => '- echo "$$PASS"; cat "$$REANA_SECRETS_DIRECTORY/key.txt"',
    );
    await writeFile(join(directory, 'secret.yaml'), yaml);
    await reana('create', '-n', 'secret', '-f', 'secret.yaml');
    environment = { ...environment, REANA_WORKON: 'secret' };
    await reana('upload', 'code', 'data');
    await reana('start');
    await eventually(async () => /finished|failed/.test(await reana('status')), 60);
    const logs = await reana('logs');
    expect(logs).toContain("it's\nfile secret\n");
    expect(await reana('secrets-delete', 'PASS', 'key.txt')).toContain('deleted');
    expect(await refused('secrets-delete', 'PASS')).toContain('PASS');
  });

  it('leaves nothing that the audit would find', async () => {
    await eventually(async () => (await workflows.service.audit()).length === 0);
  });
});
