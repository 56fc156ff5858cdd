import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PythonValue, parsePythonLiteral, pythonRepr } from './python-literal.ts';

test.each<[string, PythonValue]>([
  ["[{'name': 'file_*', 'bytes.gte': 101}]", [{ name: 'file_*', 'bytes.gte': 101 }]],
  ["{'a': True, 'b': None, 'c': (1, -2.5e3,)}", { a: true, b: null, c: [1, -2500] }],
  [String.raw`'it\'s \x41 \u00e9 \U0001F600'`, "it's A é 😀"],
  ["b'bytes'", 'bytes'],
  ['[{"name": "x", "open": true, "n": null}]', [{ name: 'x', open: true, n: null }]],
])('%s', (text, value) => {
  expect(parsePythonLiteral(text)).toEqual(value);
});

test.each(['', '[', "{'a' 1}", "'open", '[1] 2', '__import__("os")', '{1: 2}', '['.repeat(100), "'\\x4'"])(
  'refuses %s',
  (text) => {
    expect(() => parsePythonLiteral(text)).toThrow(/expected|nested/);
  },
);

test('reads back what repr writes', () => {
  const value = fc.letrec<{ value: PythonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(
        fc.string().filter((key) => key !== '__proto__'),
        tie('value'),
        { maxKeys: 4, noNullPrototype: true },
      ),
    ),
  })).value;
  fc.assert(
    fc.property(value, (original) => {
      expect(parsePythonLiteral(pythonRepr(original))).toEqual(original);
    }),
  );
});
