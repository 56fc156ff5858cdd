import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PythonFloat, parsePythonJson, pythonRepr, pythonStr } from './python-values.ts';

describe('str() of a YAML value', () => {
  it.each([
    ['text', 'text'],
    [true, 'True'],
    [false, 'False'],
    [null, 'None'],
    [3, '3'],
    [-3, '-3'],
    [0.5, '0.5'],
    [0.00001, '1e-05'],
    [0.0001, '0.0001'],
    [1e22, '1e+22'],
    [123456789012345680000, '1.2345678901234568e+20'],
    [12345678901234567890n, '12345678901234567890'],
    [new PythonFloat(1), '1.0'],
    [new PythonFloat(-0), '-0.0'],
    [new PythonFloat(1e16), '1e+16'],
    [new PythonFloat(1234567890123456), '1234567890123456.0'],
    [[1, 'a', null, true], "[1, 'a', None, True]"],
    [["it's", 'say "hi"', 'both \' and "'], `["it's", 'say "hi"', 'both \\' and "']`],
    [['a\nb\t\\', '\u0007', 'é', '\u00a0', '😀'], "['a\\nb\\t\\\\', '\\x07', 'é', '\\xa0', '😀']"],
    [{ a: 1, b: [false] }, "{'a': 1, 'b': [False]}"],
    [{}, '{}'],
    [[], '[]'],
  ])('%o → %s', (value, expected) => {
    expect(pythonStr(value)).toBe(expected);
  });

  it('keeps floats and large integers of JSON apart', () => {
    const text = '{"a": 1.0, "b": 1, "c": "1.0 \\" 2.0", "d": [1e3, -2.50], "e": 12345678901234567890}';
    expect(pythonStr(parsePythonJson(text))).toBe(
      "{'a': 1.0, 'b': 1, 'c': '1.0 \" 2.0', 'd': [1000.0, -2.5], 'e': 12345678901234567890}",
    );
  });

  it('agrees with Python itself', (context) => {
    const values = fc.sample(fc.jsonValue({ maxDepth: 3 }), 300).map((value) => JSON.stringify(value));
    const program =
      'import json,sys\nfor line in json.load(sys.stdin): print(json.dumps(repr(json.loads(line))))';
    let answer: string;
    try {
      answer = execFileSync('python3', ['-c', program], { input: JSON.stringify(values), encoding: 'utf8' });
    } catch (error) {
      context.skip(`python3 does not run: ${(error as Error).message.split('\n')[0]}`);
      return;
    }
    const expected = answer
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as string);
    expect(values.map((text) => pythonRepr(parsePythonJson(text)))).toEqual(expected);
  });
});
