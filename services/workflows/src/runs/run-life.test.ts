import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  backendsForTests,
  eventually,
  serial,
  startWorkflows,
  type WorkflowsUnderTest,
} from '../testing/workflows-under-test.test-support.ts';

let workflows: WorkflowsUnderTest;
beforeAll(async () => {
  workflows = await startWorkflows();
});
afterAll(() => workflows.close());

const ended = async (username: string, run: string) => {
  const client = await workflows.clientOf(username);
  return eventually(async () => {
    const status = await client.runStatus(run);
    return ['finished', 'failed', 'stopped'].includes(status.status) && status;
  });
};

describe('the life of a run', () => {
  it('runs the steps with parameters in the workspace, and tells of them', async () => {
    const client = await workflows.clientOf('ada');
    const specification = serial(
      [
        {
          name: 'first',
          commands: [
            'mkdir -p out; echo "hello $name" | tee out/greeting.txt',
            'pwd; echo $$REANA_WORKFLOW_UUID',
          ],
        },
        { name: 'second', commands: ['cat data/in.txt out/greeting.txt > out/all.txt'] },
      ],
      {
        inputs: { parameters: { name: 'nobody' }, files: ['data/in.txt'] },
        outputs: { files: ['out/all.txt'] },
      },
    );
    const created = await client.createRun('greeting', specification);
    expect(created.workflow_name).toBe('greeting.1');
    await client.uploadFile('greeting', 'data/in.txt', 'in\n');
    const started = await client.startRun('greeting.1', { parameters: { name: 'Ada' } });
    expect(started).toMatchObject({ status: 'queued', run_number: '1', workflow_name: 'greeting' });
    const status = await ended('ada', 'greeting');
    expect(status.x_reason).toBeUndefined();
    expect(status.status).toBe('finished');
    expect(status.progress.total?.total).toBe(3);
    expect(status.progress.finished?.total).toBe(3);
    expect(await (await client.readFile('greeting', 'out/all.txt')).text()).toBe('in\nhello Ada\n');

    const logs = await client.logs('greeting');
    expect(logs.workflow_logs).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \| reana-workflow-engine-serial \| MainThread \| INFO \| /m,
    );
    expect(logs.workflow_logs).toContain('Publishing step:1, cmd: cat data/in.txt');
    const jobs = Object.values(logs.job_logs);
    expect(jobs.map(({ job_name: name }) => name)).toEqual(['first', 'first', 'second']);
    expect(jobs[0]?.logs).toContain('job: environment host in place of image debian:12');
    expect(jobs[0]?.logs).toContain('hello Ada\n');
    expect(jobs[1]?.logs).toContain(created.workflow_id);
    const live = await client.liveLog('greeting', Object.keys(logs.job_logs)[0], 6);
    expect(live).toMatchObject({ text: 'Ada\n', ended: true });
    const one = await client.logs('greeting', ['second']);
    expect(one.workflow_logs).toBeNull();
    expect(Object.values(one.job_logs).map(({ job_name: name }) => name)).toEqual(['second']);
  });

  it('fails with a sentence when a step fails, and restarts in the same workspace under its own number', async () => {
    const client = await workflows.clientOf('bea');
    const specification = serial([
      { name: 'try', commands: ['test -f marker || { touch marker; echo no; exit 3; }'] },
    ]);
    await client.createRun('again', specification);
    await client.startRun('again');
    const failed = await ended('bea', 'again');
    expect(failed.status).toBe('failed');
    expect(failed.x_reason).toContain('exit code 3');
    const restarted = await client.restartRun('again.1');
    expect(restarted.run_number).toBe('1.1');
    expect((await ended('bea', 'again.1.1')).status).toBe('finished');
    expect((await client.restartRun('again.1')).run_number).toBe('1.2');
    expect((await ended('bea', 'again.1.2')).status).toBe('finished');
    expect((await client.runStatus('again')).name).toBe('again.1.2');
  });

  it('refuses the start at once when an image stands for nothing: the image, what is known, how to map it', async () => {
    const client = await workflows.clientOf('ada');
    const steps = [{ commands: ['true'] }, { environment: 'some/image:1', commands: ['true'] }];
    const sentence =
      /"some\/image:1".*Known environments: .*host.*Map it .*workflows\.images.*some\/image:\*/;
    const created = await client.createRun('unmapped', serial(steps));
    expect(created.validation_warnings?.map(({ message }) => message)).toEqual([
      expect.stringMatching(sentence),
    ]);
    await expect(client.startRun('unmapped')).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringMatching(sentence),
    });
    expect((await client.runStatus('unmapped')).status).toBe('created');
    await client.createRun('mapped', serial([{ commands: ['true'] }]));
    await client.startRun('mapped');
    await ended('ada', 'mapped');
    const replaced = { reana_specification: serial(steps), restart: true };
    const answer = await fetch(`${workflows.url}/api/workflows/mapped/start`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await workflows.tokenOf('ada')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(replaced),
    });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('some/image:1')]);
  });

  it('says how to connect when a step wants the lake and the person has not connected', async () => {
    const client = await workflows.clientOf('ada');
    await client.createRun('lake', serial([{ commands: ['true'], rucio: true }]));
    await client.startRun('lake');
    expect((await ended('ada', 'lake')).x_reason).toContain('/computer');
  });

  it('lets steps change what was uploaded while they run', async () => {
    const client = await workflows.clientOf('ada');
    const wait =
      'echo ready; until test -f sub/late.txt; do sleep 0.1; done; echo more >> sub/late.txt; touch sub/new';
    await client.createRun('late', serial([{ commands: [wait] }]));
    await client.startRun('late');
    await eventually(async () => (await client.runDetails('late')).jobs[0]?.status === 'running');
    await client.uploadFile('late', 'sub/late.txt', 'some\n');
    expect((await ended('ada', 'late')).x_reason).toBeUndefined();
    expect(await (await client.readFile('late', 'sub/late.txt')).text()).toBe('some\nmore\n');
  });

  it('stops a running run with everything it started', async () => {
    const client = await workflows.clientOf('ada');
    await client.createRun(
      'long',
      serial([{ commands: ['trap "" TERM; echo started; sleep 321.25 & sleep 321.25'] }]),
    );
    await client.startRun('long');
    const job = await eventually(async () => {
      const { jobs } = await client.runDetails('long');
      const output = jobs[0] && (await client.liveLog('long', jobs[0].id, 0));
      return output?.text.includes('started') && jobs[0];
    });
    await expect(client.deleteRun('long')).rejects.toMatchObject({ statusCode: 409 });
    await client.stopRun('long');
    const details = await client.runDetails('long');
    expect(details).toMatchObject({ status: 'stopped', jobs: [{ id: job.id, status: 'stopped' }] });
    await eventually(
      async () => (await workflows.service.audit()).length === 0 && !(await processRuns('sleep 321.25')),
    );
    await expect(client.stopRun('long')).rejects.toMatchObject({ statusCode: 409 });
    await client.deleteRun('long');
    expect((await client.runStatus('long')).status).toBe('deleted');
  });

  it('starts the first job within a second', async () => {
    const client = await workflows.clientOf('ada');
    await client.createRun('quick', serial([{ commands: ['sleep 2'] }]));
    const began = performance.now();
    await client.startRun('quick');
    await eventually(async () => (await client.runDetails('quick')).jobs[0]?.status === 'running');
    expect(performance.now() - began).toBeLessThan(1000);
    await ended('ada', 'quick');
  });

  it('limits memory as the step says and says so', async () => {
    const client = await workflows.clientOf('ada');
    const hungry = serial([
      {
        kubernetes_memory_limit: '64Mi',
        // Kept until the watchdog looks, where no control group counts.
        commands: ['python3 -c "import time; x = b\'x\' * 400_000_000; time.sleep(30)"'],
      },
    ]);
    await client.createRun('hungry', hungry);
    await client.startRun('hungry');
    expect((await ended('ada', 'hungry')).x_reason).toMatch(/out of memory/i);
  });

  it('leaves nothing that the audit would find', async () => {
    expect(await workflows.service.audit()).toEqual([]);
  });
});

describe('in a sandbox', () => {
  it('gives jobs their workspace, secrets and nothing of others', async (context) => {
    const backends = backendsForTests(true);
    const { unavailable } = await backends.sandbox.describe();
    if (unavailable !== undefined) context.skip(unavailable);
    const sandboxed = await startWorkflows({ backends });
    try {
      const client = await sandboxed.clientOf('ada');
      const token = await sandboxed.tokenOf('ada');
      const value = (text: string) => Buffer.from(text).toString('base64');
      const added = await fetch(`${sandboxed.url}/api/secrets/`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          key: { name: 'key', type: 'file', value: value('from file') },
          PASS: { name: 'PASS', type: 'env', value: value("it's") },
        }),
      });
      expect(added.status).toBe(201);
      await client.createRun(
        'inside',
        serial([
          {
            name: 'look',
            commands: [
              'cat /etc/reana/secrets/key; echo " $$PASS"; echo x > made; touch $$HOME/y && echo home',
              `cat made; ls -a ${sandboxed.context.dataDirectory}; env | grep -c '^PASS='`,
            ],
          },
        ]),
      );
      await client.startRun('inside');
      const status = await eventually(async () => {
        const now = await client.runStatus('inside');
        return ['finished', 'failed'].includes(now.status) && now;
      });
      expect(status.x_reason).toBeUndefined();
      const [first, second] = Object.values((await client.logs('inside')).job_logs);
      expect(first?.compute_backend).toBe('bubblewrap');
      expect(first?.logs).toContain("from file it's\nhome\n");
      expect(second?.logs).toContain('x\n.\n..\njobs\nusers\n1\n');
    } finally {
      await sandboxed.close();
    }
  });
});

/** Whether a process has exactly these words at the start of its command line. */
async function processRuns(words: string): Promise<boolean> {
  const wanted = `${words.replaceAll(' ', '\0')}\0`;
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const line = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
    if (line.startsWith(wanted)) return true;
  }
  return false;
}
