/**
 * A number that was written as a float (`1.0`), which JavaScript alone cannot tell from an integer.
 * Made by `parsePythonJson`.
 */
export class PythonFloat {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

const jsonToken = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const mark = '\u0000float';

/** Parses JSON as Python would: `1.0` and `1e3` stay floats, large integers stay exact (as bigint). */
export function parsePythonJson(text: string): unknown {
  const marked = text.replace(jsonToken, (token) => {
    if (token.startsWith('"')) return token;
    const isFloat = /[.eE]/.test(token);
    if (!isFloat && Number.isSafeInteger(Number(token))) return token;
    return JSON.stringify({ [mark]: token });
  });
  return JSON.parse(marked, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || !(mark in value)) return value;
    const token = String(value[mark]);
    return /[.eE]/.test(token) ? new PythonFloat(Number(token)) : BigInt(token);
  });
}

/** `repr()` of a Python float: shortest digits, exponent below 1e-4 and from 1e16 on. */
function floatRepr(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [digits = '0', exponentText = '0'] = Math.abs(value).toExponential().split('e');
  const exponent = Number(exponentText);
  const sign = value < 0 ? '-' : '';
  if (exponent < -4 || exponent >= 16) {
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${digits}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  const mantissa = digits.replace('.', '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${mantissa}`;
  const whole = mantissa.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${mantissa.slice(exponent + 1) || '0'}`;
}

function numberStr(value: number): string {
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : floatRepr(value);
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
/** What Python's `str.isprintable` denies: control, format, private, unassigned, separators but the space. */
const unprintable = /[\p{C}\p{Z}]/u;

function stringRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (character === quote) out += `\\${quote}`;
    else if (escapes[character] !== undefined) out += escapes[character];
    else if (character !== ' ' && unprintable.test(character)) {
      if (code < 0x100) out += `\\x${code.toString(16).padStart(2, '0')}`;
      else if (code < 0x10000) out += `\\u${code.toString(16).padStart(4, '0')}`;
      else out += `\\U${code.toString(16).padStart(8, '0')}`;
    } else out += character;
  }
  return `${quote}${out}${quote}`;
}

/** `repr()` of a value that came from YAML or JSON. */
export function pythonRepr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'number') return numberStr(value);
  if (typeof value === 'bigint') return String(value);
  if (value instanceof PythonFloat) return floatRepr(value.value);
  if (typeof value === 'string') return stringRepr(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  const entries = Object.entries(value as Readonly<Record<string, unknown>>);
  return `{${entries.map(([key, item]) => `${stringRepr(key)}: ${pythonRepr(item)}`).join(', ')}}`;
}

/** `str()` of a value that came from YAML or JSON: a string as it is, everything else as `repr()`. */
export function pythonStr(value: unknown): string {
  return typeof value === 'string' ? value : pythonRepr(value);
}
