import { RucioError } from '@vre/protocol-rucio';

/** A parsed storage element expression. */
export type RseExpression =
  | { readonly kind: 'all' }
  | { readonly kind: 'name'; readonly name: string }
  | {
      readonly kind: 'attribute';
      readonly key: string;
      readonly operator: '=' | '<' | '>';
      readonly value: string;
    }
  | {
      readonly kind: 'union' | 'intersection' | 'difference';
      readonly left: RseExpression;
      readonly right: RseExpression;
    };

/** What an expression looks at. Every element has itself as an attribute that is true. */
export type ExpressionSubject = {
  readonly id: number;
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string | number | boolean>;
};

const operators = { '|': 'union', '&': 'intersection', '\\': 'difference' } as const;
const comparison = /^([A-Za-z0-9._-]+)([=<>])([A-Za-z0-9_.-]+)/;
const bareName = /^[A-Za-z0-9._-]+/;
const longest = 3000;
const deepest = 100;

const invalid = (message: string): RucioError => new RucioError('InvalidRSEExpression', message);

/** Reads an expression: `|`, `&` and `\` bind alike, from left to right; parentheses group; no white space. */
export function parseRseExpression(text: string): RseExpression {
  if (text.length > longest) throw invalid(`The expression is longer than ${longest} characters.`);
  let at = 0;
  function operand(depth: number): RseExpression {
    if (depth > deepest) throw invalid('The expression is nested too deeply.');
    if (text[at] === '(') {
      at++;
      const inner = sequence(depth + 1);
      if (text[at] !== ')') throw invalid('Problem with parentheses.');
      at++;
      return inner;
    }
    if (text[at] === '*') {
      at++;
      return { kind: 'all' };
    }
    const rest = text.slice(at, at + 600);
    const compared = comparison.exec(rest);
    if (compared) {
      at += compared[0].length;
      const [, key, operator, value] = compared as unknown as [string, string, '=' | '<' | '>', string];
      return { kind: 'attribute', key, operator, value };
    }
    const name = bareName.exec(rest)?.[0];
    if (name === undefined)
      throw invalid(
        text === ''
          ? 'The expression is empty.'
          : `Expected an element or an attribute at position ${at} of "${text}".`,
      );
    at += name.length;
    return { kind: 'name', name };
  }
  function sequence(depth: number): RseExpression {
    let left = operand(depth);
    for (;;) {
      const kind = operators[text[at] as keyof typeof operators];
      if (kind === undefined) return left;
      at++;
      left = { kind, left, right: operand(depth) };
    }
  }
  const parsed = sequence(0);
  if (text[at] === ')') throw invalid('Problem with parentheses.');
  if (at < text.length)
    throw invalid(`Unexpected ${JSON.stringify(text[at])} at position ${at} of the expression "${text}".`);
  return parsed;
}

/** The elements that an expression names, in the order given. */
export function evaluateRseExpression<S extends ExpressionSubject>(
  expression: RseExpression,
  elements: readonly S[],
): readonly S[] {
  return elements.filter((element) => holds(expression, element));
}

function holds(expression: RseExpression, element: ExpressionSubject): boolean {
  switch (expression.kind) {
    case 'all':
      return true;
    case 'name':
      return element.name === expression.name || isTrue(element.attributes.get(expression.name));
    case 'attribute':
      return compares(element.attributes.get(expression.key), expression.operator, expression.value);
    case 'union':
      return holds(expression.left, element) || holds(expression.right, element);
    case 'intersection':
      return holds(expression.left, element) && holds(expression.right, element);
    case 'difference':
      return holds(expression.left, element) && !holds(expression.right, element);
  }
}

const isTrue = (value: unknown): boolean => value === true || String(value).toLowerCase() === 'true';

function compares(
  value: string | number | boolean | undefined,
  operator: '=' | '<' | '>',
  wanted: string,
): boolean {
  if (value === undefined) return false;
  if (operator === '=')
    return typeof value === 'boolean'
      ? isTrue(value) === (wanted.toLowerCase() === 'true' || wanted === '1')
      : String(value) === wanted;
  const [left, right] = [Number(value), Number(wanted)];
  return operator === '<' ? left < right : left > right;
}
