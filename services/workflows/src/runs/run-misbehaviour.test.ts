import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  eventually,
  serial,
  startWorkflows,
  type WorkflowsUnderTest,
} from '../testing/workflows-under-test.test-support.ts';
import { workflowsConfigSchema } from '../workflows-config.ts';

let workflows: WorkflowsUnderTest;
beforeAll(async () => {
  const { job } = workflowsConfigSchema.parse({ job: { disk: 5_000_000, processes: 30 } });
  workflows = await startWorkflows({ config: { job } });
});
afterAll(() => workflows.close());

async function ends(name: string, step: Readonly<Record<string, unknown>> & { commands: readonly string[] }) {
  const client = await workflows.clientOf('ada');
  await client.createRun(name, serial([step]));
  await client.startRun(name);
  const status = await eventually(async () => {
    const now = await client.runStatus(name);
    return ['finished', 'failed'].includes(now.status) && now;
  });
  const { workflow_logs: engine, job_logs: jobs } = await client.logs(name);
  return { status, logs: `${engine}\n${Object.values(jobs)[0]?.logs}` };
}

describe('a step that misbehaves fails its run with the reason in words, and the worker goes on', () => {
  it.each([
    [
      'forks without end',
      { commands: ['f() { sleep 77.125 & f & }; f; sleep 77.125'], kubernetes_job_timeout: 4 },
      /timed out after 4 seconds|too many processes|killed by signal|exit code \d/,
    ],
    ['writes 10 GB', { commands: ['head -c 10G /dev/zero > big'] }, /disk limit exceeded \(limit 5 MB\)/],
    [
      'ignores SIGTERM',
      { commands: ['trap "" TERM HUP INT; while :; do sleep 0.2; done'], kubernetes_job_timeout: 1 },
      /timed out after 1 second/,
    ],
  ])('%s', async (name, step, sentence) => {
    const { status, logs } = await ends(name.replaceAll(' ', '-'), step);
    expect(status.status).toBe('failed');
    expect(status.x_reason).toMatch(sentence);
    expect(logs).toMatch(sentence);
    const after = await ends('after', { commands: ['echo fine'] });
    expect(after.status.status).toBe('finished');
    expect(after.logs).toContain('fine');
  });

  it('leaves nothing that the audit would find', async () => {
    expect(await workflows.service.audit()).toEqual([]);
  });
});
