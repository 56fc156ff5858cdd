import { describe, expect, it } from 'vitest';
import { lakeNames } from './lake-names.ts';
import { logLines, matchingLines } from './log-lines.ts';
import { readParameter, writeParameter } from './parameter-text.ts';
import { specificationText } from './specification-text.ts';

describe('data of the lake that a run names', () => {
  const specification = {
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: the specification's own syntax
    inputs: { 'data-lake': [{ did: '${scope}:orca', target: 'data/' }, { did: 'a:${unknown}' }] },
    outputs: { 'data-lake': [{ dataset: 'user.eva:result-${n}', files: ['r/${n}.json'] }] },
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: the specification's own syntax
  };
  it('fills in parameters and leaves unknown names as they are', () =>
    expect(lakeNames(specification, { scope: 'user.eva', n: 3 })).toEqual({
      inputs: [
        { did: 'user.eva:orca', target: 'data/' },
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the specification's own syntax
        { did: 'a:${unknown}', target: './' },
      ],
      outputs: [{ did: 'user.eva:result-3', files: ['r/3.json'] }],
    }));
  it('finds nothing in a specification without the extension', () =>
    expect(lakeNames({ inputs: { files: ['a'] }, outputs: null }, {})).toEqual({ inputs: [], outputs: [] }));
});

describe('the specification as text', () => {
  it('is YAML in block style', () =>
    expect(
      specificationText({
        version: '0.9.4',
        inputs: { files: ['code/a.py'], parameters: { n: 3, flag: 'yes' } },
        workflow: { steps: [{ name: 'fit', commands: ['python a.py', 'echo "x: 1"'] }] },
        outputs: {},
      }),
    ).toBe(`version: "0.9.4"
inputs:
  files:
    - code/a.py
  parameters:
    n: 3
    flag: "yes"
workflow:
  steps:
    - name: fit
      commands:
        - python a.py
        - "echo \\"x: 1\\""
outputs: {}
`));
  it('keeps lines of text apart', () => expect(specificationText({ a: 'x\ny\n' })).toBe('a: |\n  x\n  y\n'));
});

describe('log lines', () => {
  it('shows what a terminal would', () =>
    expect(logLines('\u001b[32mok\u001b[0m\n10%\r20%\rdone\nlast\n').lines).toEqual(['ok', 'done', 'last']));
  it('counts what it hides', () => expect(logLines('x\n'.repeat(6000)).hidden).toBe(1000));
  it('finds lines in any case', () =>
    expect(matchingLines(['Error: a', 'fine', 'an error'], 'ERROR')).toEqual([0, 2]));
});

it.each([
  ['42', 1, 42],
  ['42', 'text', '42'],
  ['[1, 2]', [], [1, 2]],
  ['not json', 3, 'not json'],
])('reads the edited parameter %s', (text, before, after) =>
  expect(readParameter(text, before)).toEqual(after),
);

it('writes parameters as people type them', () => {
  expect(writeParameter('a b')).toBe('a b');
  expect(writeParameter({ a: [1] })).toBe('{"a":[1]}');
});
