/** A placeholder that cannot be filled. */
export class TemplateError extends Error {
  readonly reason: 'unknown' | 'malformed';
  constructor(reason: 'unknown' | 'malformed', message: string) {
    super(message);
    this.name = 'TemplateError';
    this.reason = reason;
  }
}

/** Python's `string.Template` pattern: ASCII identifiers in either case, `$$`, and what is left is malformed. */
const placeholder = /\$(?:(\$)|([_a-zA-Z][_a-zA-Z0-9]*)|\{([_a-zA-Z][_a-zA-Z0-9]*)\}|)/g;

/**
 * `string.Template(text).substitute(values)`: `$name` and `${name}` are replaced, `$$` becomes `$`.
 * @throws TemplateError for a name without a value and for a `$` that starts nothing.
 * @see https://docs.python.org/3/library/string.html#template-strings-strings
 */
export function substituteTemplate(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(
    placeholder,
    (_match, escaped: string | undefined, named?: string, braced?: string, offset?: number) => {
      if (escaped !== undefined) return '$';
      const name = named ?? braced;
      if (name === undefined) {
        const before = text.slice(0, offset).split('\n');
        const column = (before.at(-1)?.length ?? 0) + 1;
        throw new TemplateError(
          'malformed',
          `invalid placeholder at line ${before.length}, column ${column}`,
        );
      }
      const value = values.get(name);
      if (value === undefined) throw new TemplateError('unknown', `no parameter is called ${name}`);
      return value;
    },
  );
}
