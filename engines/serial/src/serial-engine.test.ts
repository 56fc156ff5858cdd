// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are the subject of these tests
import type { EngineEvent, EngineJob, JournaledJob, WorkflowDocument } from '@vre/engine-port';
import { describe, expect, it } from 'vitest';
import { serialEngine } from './serial-engine.ts';

const step = (name: string, ...commands: string[]) => ({ name, environment: 'python:3.11', commands });
const document = (steps: unknown, change: Partial<WorkflowDocument> = {}): WorkflowDocument => ({
  specification: { steps },
  parameters: {},
  options: {},
  ...change,
});

/** Runs a document with jobs that end as told; answers everything the engine did. */
async function play(
  doc: WorkflowDocument,
  failing: ReadonlySet<string> = new Set(),
  journaled: readonly JournaledJob[] = [],
  signal: AbortSignal = new AbortController().signal,
) {
  const jobs: EngineJob[] = [];
  const events: EngineEvent[] = [];
  const result = await serialEngine.run(doc, {
    journal: { find: (key) => journaled.find((job) => job.key === key) },
    runJob: async (job) => {
      jobs.push(job);
      const failed = failing.has(job.key);
      return { key: job.key, succeeded: !failed, sentence: failed ? 'exit code 2' : 'exit code 0' };
    },
    emit: (event) => events.push(event),
    signal,
  });
  return { jobs, events, result, commands: jobs.map(({ command }) => command) };
}

describe('serial engine', () => {
  it('runs one job per command, in order, with parameters filled in and options passed through', async () => {
    const first = {
      ...step('fit', 'echo $n', 'echo ${flag} $$HOME'),
      kubernetes_memory_limit: '1Gi',
      rucio: true,
    };
    const played = await play(
      document([first, step('plot', 'ls')], { parameters: { n: [1, 'a'], flag: true } }),
    );
    expect(played.result).toEqual({ status: 'finished' });
    expect(played.jobs).toEqual([
      {
        key: '0.0',
        stepName: 'fit',
        image: 'python:3.11',
        command: "echo [1, 'a']",
        options: { kubernetes_memory_limit: '1Gi', rucio: true },
      },
      {
        key: '0.1',
        stepName: 'fit',
        image: 'python:3.11',
        command: 'echo True $HOME',
        options: { kubernetes_memory_limit: '1Gi', rucio: true },
      },
      { key: '1.0', stepName: 'plot', image: 'python:3.11', command: 'ls', options: {} },
    ]);
    expect(played.events[0]).toEqual({ type: 'planned', totalJobs: 3 });
    expect(played.events.filter(({ type }) => type === 'log')).toEqual([
      { type: 'log', level: 'INFO', message: "Publishing step:0, cmd: echo [1, 'a'], total steps 2 to MQ" },
      { type: 'log', level: 'INFO', message: 'Publishing step:0, cmd: echo True $HOME, total steps 2 to MQ' },
      { type: 'log', level: 'INFO', message: 'Publishing step:1, cmd: ls, total steps 2 to MQ' },
    ]);
  });

  it.each([
    [{}, ['a', 'b1', 'b2', 'c']],
    [{ FROM: 'two' }, ['b1', 'b2', 'c']],
    [{ TARGET: 'two' }, ['a', 'b1', 'b2']],
    [{ FROM: 'two', TARGET: 'two' }, ['b1', 'b2']],
    [{ CACHE: 'off' }, ['a', 'b1', 'b2', 'c']],
  ])('with options %o runs %o', async (options, expected) => {
    const steps = [step('one', 'a'), step('two', 'b1', 'b2'), step('three', 'c')];
    expect((await play(document(steps, { options }))).commands).toEqual(expected);
  });

  it('stops at the first failure and says which command it was', async () => {
    const played = await play(document([step('one', 'a', 'b'), step('two', 'c')]), new Set(['0.1']));
    expect(played.commands).toEqual(['a', 'b']);
    expect(played.result).toEqual({
      status: 'failed',
      sentence: 'Step one failed (exit code 2) in command "b"; its log says why.',
    });
  });

  it('passes over what succeeded before a crash, and fails on what failed before it', async () => {
    const doc = document([step('one', 'a', 'b', 'c')]);
    const done = { key: '0.0', succeeded: true, sentence: 'exit code 0' };
    expect((await play(doc, new Set(), [done])).commands).toEqual(['b', 'c']);
    const failed = { key: '0.1', succeeded: false, sentence: 'timed out after 5 seconds' };
    const played = await play(doc, new Set(), [done, failed]);
    expect(played.commands).toEqual([]);
    expect(played.result).toMatchObject({ status: 'failed', sentence: expect.stringContaining('timed out') });
  });

  it('rejects when told to stop', async () => {
    await expect(play(document([step('one', 'a')]), new Set(), [], AbortSignal.abort())).rejects.toThrow();
  });

  it('starts nothing when a parameter of any step, even one not selected, is unknown', async () => {
    const doc = document([step('one', 'echo'), step('two', 'echo ${nope}')], { options: { TARGET: 'one' } });
    const played = await play(doc);
    expect(played.jobs).toEqual([]);
    expect(played.result).toMatchObject({
      status: 'failed',
      sentence: expect.stringContaining(
        'Workflow parameter(s) could not be expanded: step two, command "echo ${nope}": no parameter is called nope',
      ),
    });
  });

  it.each([
    [null, 'at least one step'],
    [{ steps: [] }, 'at least one step'],
    [{ steps: ['x'] }, 'step 1 must be a map'],
    [{ steps: [{ commands: ['a'] }] }, 'step 1: environment must name an image'],
    [{ steps: [{ environment: 'i', commands: [] }] }, 'step 1: commands must be a list'],
    [{ steps: [{ environment: 'i', commands: [1] }] }, 'step 1: commands must be a list'],
    [{ steps: [{ environment: 'i', commands: ['a'], name: 3 }] }, 'step 1: name must be a string'],
  ])('finds what is wrong with %o', (specification, problem) => {
    const problems = serialEngine.validate({ specification, parameters: {}, options: {} });
    expect(problems.join('\n')).toContain(problem);
  });

  it.each([
    [{ FROM: 'nine' }, 'FROM: no step is called nine; the steps are one, two'],
    [{ TARGET: 'nine' }, 'TARGET: no step is called nine; the steps are one, two'],
    [{ FROM: 'two', TARGET: 'one' }, 'TARGET comes before FROM'],
  ])('finds that options %o select nothing', (options, problem) => {
    const doc = document([step('one', 'a'), step('two', 'b')], { options });
    expect(serialEngine.validate(doc).join('\n')).toContain(problem);
  });

  it('finds nothing wrong with an unnamed step', async () => {
    const doc = document([{ environment: 'i', commands: ['a'] }]);
    expect(serialEngine.validate(doc)).toEqual([]);
    expect((await play(doc)).jobs[0]?.stepName).toBe('');
  });
});
