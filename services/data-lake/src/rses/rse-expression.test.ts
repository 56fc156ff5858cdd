import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluateRseExpression, parseRseExpression, type RseExpression } from './rse-expression.ts';

const element = (id: number, name: string, attributes: Record<string, string | number | boolean>) => ({
  id,
  name,
  attributes: new Map(Object.entries(attributes)),
});
const elements = [
  element(1, 'A', { tier: 1, country: 'FR', fast: true, A: true }),
  element(2, 'B', { tier: 2, country: 'IT', fast: 'false', B: true }),
  element(3, 'C-DISK', { tier: '2', country: 'FR', 'C-DISK': true }),
];
const names = (text: string) =>
  evaluateRseExpression(parseRseExpression(text), elements)
    .map(({ name }) => name)
    .join();

test.each([
  ['*', 'A,B,C-DISK'],
  ['A', 'A'],
  ['fast', 'A'],
  ['tier=2', 'B,C-DISK'],
  ['tier>1', 'B,C-DISK'],
  ['tier<2', 'A'],
  ['A|B', 'A,B'],
  ['country=FR&tier=2', 'C-DISK'],
  ['*\\A', 'B,C-DISK'],
  ['A|B&country=IT', 'B'],
  ['A|(B&country=IT)', 'A,B'],
  ['((*))', 'A,B,C-DISK'],
  ['fast=true', 'A'],
  ['nothing=1', ''],
])('%s names %s', (text, expected) => {
  expect(names(text)).toBe(expected);
});

test.each(['', 'A|', '(A', 'A)', 'A B', '&A', 'A||B', '()', 'tier=', 'A;drop', '('.repeat(200)])(
  'refuses %j',
  (text) => {
    expect(() => parseRseExpression(text)).toThrow(
      expect.objectContaining({ errorClass: 'InvalidRSEExpression' }),
    );
  },
);

const primitive: fc.Arbitrary<string> = fc.constantFrom(
  'A',
  'B',
  'C-DISK',
  'fast',
  'tier=2',
  'tier>1',
  'country=FR',
  '*',
);
const tree = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 5 },
    primitive,
    fc
      .tuple(tie('text'), fc.constantFrom('|', '&', '\\'), tie('text'))
      .map(([left, operator, right]) => `(${left})${operator}(${right})`),
  ),
})).text;
const set = (text: string) =>
  new Set(
    names(text)
      .split(',')
      .filter((name) => name !== ''),
  );

test('operators are those of sets', () => {
  fc.assert(
    fc.property(tree, tree, (left, right) => {
      const [a, b] = [set(left), set(right)];
      expect(set(`(${left})|(${right})`)).toEqual(new Set([...a, ...b]));
      expect(set(`(${left})&(${right})`)).toEqual(new Set([...a].filter((name) => b.has(name))));
      expect(set(`(${left})\\(${right})`)).toEqual(new Set([...a].filter((name) => !b.has(name))));
    }),
  );
});

test('without parentheses operators apply from left to right', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom<string>('|', '&', '\\'), primitive), { maxLength: 6 }),
      primitive,
      (tail, head) => {
        const flat = head + tail.map(([operator, operand]) => operator + operand).join('');
        const grouped = tail.reduce((text, [operator, operand]) => `(${text})${operator}${operand}`, head);
        expect(parseRseExpression(flat)).toEqual<RseExpression>(parseRseExpression(grouped));
      },
    ),
  );
});

test('no text makes the parser fail otherwise than with its own error', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        parseRseExpression(text);
      } catch (error) {
        expect(error).toMatchObject({ errorClass: 'InvalidRSEExpression' });
      }
    }),
  );
});
