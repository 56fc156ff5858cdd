/** Stands in for the bare tokens that Python writes and JSON has no word for. */
const marks = { Infinity: '\u0000inf', '-Infinity': '\u0000-inf', NaN: '\u0000nan' } as const;
const numbers: Readonly<Record<string, number>> = {
  [marks.Infinity]: Number.POSITIVE_INFINITY,
  [marks['-Infinity']]: Number.NEGATIVE_INFINITY,
  [marks.NaN]: Number.NaN,
};
const stringsAndTokens = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g;

/** Parses a body as Python's `json` would: bare `Infinity`, `-Infinity` and `NaN` are numbers. Throws SyntaxError. */
export function parseRucioJson(text: string): unknown {
  if (!/Infinity|NaN/.test(text)) return JSON.parse(text);
  const plain = text.replace(stringsAndTokens, (token) =>
    token.startsWith('"') ? token : JSON.stringify(marks[token as keyof typeof marks]),
  );
  return JSON.parse(plain, (_, value) => (typeof value === 'string' ? (numbers[value] ?? value) : value));
}

/** Renders as Python's `json` would: an infinite number becomes the bare token `Infinity`, `undefined` null. */
export function renderRucioJson(value: unknown): string {
  if (isPlain(value)) return JSON.stringify(value);
  const text = JSON.stringify(value, (_, part) =>
    part === Number.POSITIVE_INFINITY ? marks.Infinity : part === undefined ? null : part,
  );
  return text.replaceAll(JSON.stringify(marks.Infinity), 'Infinity');
}

/** True when JSON says the same: nothing infinite or undefined inside. A replacer would cost several times as much. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null)
    return value !== undefined && value !== Number.POSITIVE_INFINITY;
  if (Array.isArray(value)) return value.every(isPlain);
  for (const key in value) if (!isPlain((value as Record<string, unknown>)[key])) return false;
  return true;
}
