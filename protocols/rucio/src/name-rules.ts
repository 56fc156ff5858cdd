import { RucioError } from './errors.ts';

/** How names must look when something is created (Rucio's `generic` schema). Reading is not restricted by them. */
export const nameRules = {
  account: { pattern: /^[a-z0-9_-]+$/, longest: 25, words: 'lower-case letters, digits, - and _' },
  scope: { pattern: /^[a-zA-Z_\-.0-9]+$/, longest: 25, words: 'letters, digits, - _ and .' },
  name: {
    pattern: /^[/A-Za-z0-9][/A-Za-z0-9.\-_]*$/,
    longest: 250,
    words: 'letters, digits, . - _ and /, beginning with a letter, a digit or /',
  },
  rse: {
    pattern: /^([A-Z0-9]+([_-][A-Z0-9]+)*)$/,
    longest: 255,
    words: 'upper-case letters and digits in groups joined by - or _',
  },
  attribute: { pattern: /^[A-Za-z0-9._-]+$/, longest: 255, words: 'letters, digits, . _ and -' },
} as const;

export type NameKind = keyof typeof nameRules;

export function isValid(kind: NameKind, text: string): boolean {
  const { pattern, longest } = nameRules[kind];
  return text.length <= longest && pattern.test(text) && !(kind === 'name' && hasDotSegment(text));
}

/** What such a name may be made of, in words. */
export const allowed = (kind: NameKind): string =>
  `at most ${nameRules[kind].longest} of ${nameRules[kind].words} are allowed`;

/** Names become paths on storage: a segment `.` or `..` must not. */
const hasDotSegment = (text: string): boolean => /(^|\/)\.{1,2}(\/|$)/.test(text);

/** Throws InvalidObject that names the field, the value and what is expected. */
export function requireName(kind: NameKind, text: string): void {
  if (isValid(kind, text)) return;
  throw new RucioError(
    'InvalidObject',
    `Problem validating ${kind} : ${JSON.stringify(text.slice(0, 300))} has ${text.length} characters; ${allowed(kind)}`,
  );
}
