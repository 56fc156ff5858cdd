import { describe, expect, it } from 'vitest';
import { validateSpecification } from './validate-specification.ts';

const step = { environment: 'python:3.11', commands: ['true'] };
const serial = (steps: unknown, rest: object = {}) => ({
  workflow: { type: 'serial', specification: { steps } },
  ...rest,
});

describe('errors name the place and the reason', () => {
  it.each([
    ['no workflow', {}, 'workflow: is missing.'],
    ['no map', [1], 'The specification must be a map'],
    ['no steps', serial([]), 'workflow.specification.steps'],
    ['no commands', serial([{ environment: 'a' }]), 'steps[0].commands: a step needs at least one command.'],
    [
      'empty commands',
      serial([{ environment: 'a', commands: [] }]),
      'steps[0].commands: a step needs at least one command.',
    ],
    ['no image', serial([{ commands: ['a'] }]), 'steps[0].environment: is missing.'],
    ['odd memory', serial([{ ...step, kubernetes_memory_limit: 'much' }]), 'must be a memory quantity'],
    ['parent path', serial([step], { inputs: { files: ['../a'] } }), '"../a" leads out of the workspace'],
    ['absolute path', serial([step], { outputs: { files: ['/etc/passwd'] } }), '"/etc/passwd" is absolute'],
    ['twice', serial([step], { inputs: { files: ['a', './a'] } }), '"a" is named twice'],
    [
      'nested',
      serial([step], { inputs: { files: ['d/a'], directories: ['d'] } }),
      'lies within the directory "d"',
    ],
    [
      'lake target',
      serial([step], { inputs: { 'data-lake': [{ did: 'a:b', target: '../' }] } }),
      '"../" leads out',
    ],
  ])('%s', (_case, value, sentence) => {
    expect(validateSpecification(value).errors.join('\n')).toContain(sentence);
  });
});

it('tells unknown keys as warnings, and knows the lake data', () => {
  const verdict = validateSpecification(
    serial([{ ...step, colour: 'red' }], { shape: 1, inputs: { 'data-lake': [{ did: 'a:b' }], file: [] } }),
  );
  expect(verdict.errors).toEqual([]);
  expect(verdict.warnings.map((warning) => warning.split(':')[0])).toEqual([
    'shape',
    'inputs.file',
    'workflow.specification.steps[0].colour',
  ]);
});
