/** What a Python literal becomes: tuples are arrays, None is null, bytes are strings. */
export type PythonValue = string | number | boolean | null | PythonValue[] | { [key: string]: PythonValue };

export class PythonSyntaxError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PythonSyntaxError';
  }
}

const deepest = 20;
const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '0': '\0',
  b: '\b',
  f: '\f',
  '\n': '',
};
const words: Readonly<Record<string, PythonValue>> = {
  True: true,
  true: true,
  False: false,
  false: false,
  None: null,
  null: null,
};

/**
 * Reads what `ast.literal_eval` reads of lists, tuples, dictionaries, strings, numbers, booleans and None, and JSON.
 * Throws {@link PythonSyntaxError} with the position.
 */
export function parsePythonLiteral(text: string): PythonValue {
  let at = 0;
  const fail = (expected: string): never => {
    throw new PythonSyntaxError(
      `expected ${expected} at position ${at}, found ${text[at] === undefined ? 'the end' : JSON.stringify(text[at])}`,
    );
  };
  const space = () => {
    while (/\s/.test(text[at] ?? '')) at++;
  };
  const take = (character: string): boolean => {
    space();
    if (text[at] !== character) return false;
    at++;
    return true;
  };

  function value(depth: number): PythonValue {
    if (depth > deepest) throw new PythonSyntaxError(`nested deeper than ${deepest}`);
    space();
    if (take('[')) return items(']', depth);
    if (take('(')) return items(')', depth);
    if (take('{')) return dictionary(depth);
    if (/^[bru]?['"]/i.test(text.slice(at, at + 2))) return string();
    const number = /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?/i.exec(text.slice(at, at + 400));
    if (number) {
      at += number[0].length;
      return Number(number[0]);
    }
    const word = /^[A-Za-z]+/.exec(text.slice(at, at + 10))?.[0] ?? '';
    if (!Object.hasOwn(words, word)) return fail('a value');
    at += word.length;
    return words[word] as PythonValue;
  }
  function items(end: string, depth: number): PythonValue[] {
    const found: PythonValue[] = [];
    while (!take(end)) {
      found.push(value(depth + 1));
      if (!take(',') && text[at] !== end) fail(`"," or "${end}"`);
    }
    return found;
  }
  function dictionary(depth: number): { [key: string]: PythonValue } {
    const found: [string, PythonValue][] = [];
    while (!take('}')) {
      const key = value(depth + 1);
      if (typeof key !== 'string') return fail('a string as key');
      if (!take(':')) fail('":"');
      found.push([key, value(depth + 1)]);
      if (!take(',') && text[at] !== '}') fail('"," or "}"');
    }
    return Object.fromEntries(found);
  }
  function string(): string {
    let raw = false;
    if (/[bru]/i.test(text[at] ?? '')) raw = text[at++]?.toLowerCase() === 'r';
    const quote = text[at++];
    let found = '';
    for (;;) {
      const character = text[at++];
      if (character === undefined) return fail(`the end of the string (${quote})`);
      if (character === quote) return found;
      if (character !== '\\' || raw) {
        found += character;
        continue;
      }
      const escaped = text[at++] ?? '';
      const digits = { x: 2, u: 4, U: 8 }[escaped];
      if (digits === undefined) {
        found += escapes[escaped] ?? `\\${escaped}`;
        continue;
      }
      const hex = text.slice(at, at + digits);
      if (!/^[0-9a-f]+$/i.test(hex) || hex.length !== digits || Number.parseInt(hex, 16) > 0x10ffff)
        fail(`${digits} hexadecimal digits`);
      at += digits;
      found += String.fromCodePoint(Number.parseInt(hex, 16));
    }
  }

  const parsed = value(0);
  space();
  if (at < text.length) fail('the end');
  return parsed;
}

/** Python's `repr` of plain values: `/auth/validate` answers in it. */
export function pythonRepr(value: PythonValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') {
    const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
    const body = value
      .replaceAll('\\', '\\\\')
      .replaceAll('\n', '\\n')
      .replaceAll('\r', '\\r')
      .replaceAll('\t', '\\t');
    return `${quote}${quote === "'" ? body.replaceAll("'", "\\'") : body}${quote}`;
  }
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, part]) => `${pythonRepr(key)}: ${pythonRepr(part)}`)
    .join(', ')}}`;
}
