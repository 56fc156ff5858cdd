/** A parameter as it is edited: text as it is, everything else as JSON. */
export const writeParameter = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

/** Reads an edited parameter back; a parameter that was text stays text, others are JSON where they can be. */
export function readParameter(text: string, before: unknown): unknown {
  if (typeof before === 'string') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
