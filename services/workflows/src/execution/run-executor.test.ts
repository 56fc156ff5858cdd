import { afterEach, describe, expect, it } from 'vitest';
import {
  eventually,
  serial,
  startWorkflows,
  type WorkflowsUnderTest,
} from '../testing/workflows-under-test.test-support.ts';

let workflows: WorkflowsUnderTest | undefined;
afterEach(() => workflows?.close());

const steps = serial([
  { name: 'one', commands: ['echo one >> trace'] },
  {
    name: 'two',
    commands: ['echo two >> trace; until test -f go; do sleep 0.1; done; echo two-end >> trace'],
  },
  { name: 'three', commands: ['echo three >> trace'] },
]);

describe('a worker that dies in the middle', () => {
  it('leaves running jobs alone; the next one adopts them and repeats nothing', async () => {
    workflows = await startWorkflows({ withoutWorker: true });
    const client = await workflows.clientOf('ada');
    await client.createRun('crash', steps);
    const first = workflows.startWorker();
    await client.startRun('crash');
    const trace = async () => (await client.readFile('crash', 'trace')).text();
    await eventually(async () => (await trace().catch(() => '')).includes('two'));
    const before = await client.runDetails('crash');
    await first.kill();
    expect((await client.runDetails('crash')).jobs[1]?.status).toBe('running');

    const second = workflows.startWorker();
    await second.service.executor.daemon.step(new AbortController().signal);
    // The lease of the dead worker still counts.
    expect(second.service.executor.live()).toEqual([]);
    workflows.context.clock.advance(31);
    await second.service.executor.daemon.step(new AbortController().signal);
    expect(second.service.executor.live()).toHaveLength(1);
    await client.uploadFile('crash', 'go', '');
    await eventually(async () => (await client.runStatus('crash')).status === 'finished');
    expect(await trace()).toBe('one\ntwo\ntwo-end\nthree\n');
    const after = await client.runDetails('crash');
    expect(after.jobs.map(({ id }) => id).slice(0, 2)).toEqual(before.jobs.map(({ id }) => id).slice(0, 2));
    expect(await workflows.service.audit()).toEqual([]);
  });

  it('is replaced at once when it ends in order', async () => {
    workflows = await startWorkflows({ withoutWorker: true });
    const client = await workflows.clientOf('ada');
    await client.createRun('handover', steps);
    const first = workflows.startWorker();
    await client.startRun('handover');
    await eventually(async () => (await client.runDetails('handover')).jobs[1]?.status === 'running');
    await first.stop();
    workflows.startWorker();
    await client.uploadFile('handover', 'go', '');
    await eventually(async () => (await client.runStatus('handover')).status === 'finished');
    expect(await (await client.readFile('handover', 'trace')).text()).toBe('one\ntwo\ntwo-end\nthree\n');
  });

  it('can be stopped by the owner while nobody works: the next worker ends the jobs', async () => {
    workflows = await startWorkflows({ withoutWorker: true });
    const client = await workflows.clientOf('ada');
    await client.createRun('orphan', steps);
    const first = workflows.startWorker();
    await client.startRun('orphan');
    const trace = async () => (await client.readFile('orphan', 'trace')).text();
    await eventually(async () => (await trace().catch(() => '')).includes('two'));
    await first.kill();
    await client.stopRun('orphan');
    expect((await client.runStatus('orphan')).status).toBe('stopped');
    workflows.startWorker();
    const { audit } = workflows.service;
    workflows.context.clock.advance(600);
    await eventually(async () => (await audit()).length === 0);
    await client.uploadFile('orphan', 'go', '');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await trace()).toBe('one\ntwo\n');
  });
});

it('shares runs between workers, each lived once', async () => {
  workflows = await startWorkflows({ withoutWorker: true });
  const client = await workflows.clientOf('ada');
  const once = serial([{ commands: ['echo x >> trace'] }]);
  for (let count = 0; count < 8; count++) {
    await client.createRun(`many${count}`, once);
    await client.startRun(`many${count}`);
  }
  workflows.startWorker();
  workflows.startWorker();
  await eventually(async () => (await client.listRuns({ status: ['finished'] })).total === 8);
  for (let count = 0; count < 8; count++) {
    expect(await (await client.readFile(`many${count}`, 'trace')).text()).toBe('x\n');
  }
});

it('fails a run at once, naming bubblewrap, where plain processes are not allowed', async () => {
  const { backendsForTests } = await import('../testing/workflows-under-test.test-support.ts');
  const backends = {
    ...backendsForTests(),
    plainAllowed: async () => ({
      allowed: false as const,
      sentence: 'Plain processes are not allowed: install bubblewrap.',
    }),
  };
  workflows = await startWorkflows({ backends });
  const client = await workflows.clientOf('ada');
  await client.createRun('refused', serial([{ commands: ['true'] }]));
  await client.startRun('refused');
  const failed = await eventually(async () => {
    const status = await client.runStatus('refused');
    return status.status === 'failed' && status;
  });
  expect(failed.x_reason).toContain('bubblewrap');
});
