/** Whether the text would be read as a pattern. */
export const isGlob = (text: string): boolean => /[*?[]/.test(text);

/**
 * A pattern over paths with `/`: `*` and `?` stay within a name, `**` as a whole name spans any depth, `[a-z]` and
 * `[!a-z]` are classes; names that begin with a dot are matched like others. Braces mean themselves.
 */
export function globExpression(pattern: string): RegExp {
  const segments = pattern.split('/');
  let expression = '';
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if (segment === '**') expression += last ? '.+' : '(?:[^/]+/)*';
    else expression += segmentExpression(segment) + (last ? '' : '/');
  }
  return new RegExp(`^${expression}$`, 's');
}

function segmentExpression(segment: string): string {
  let expression = '';
  for (let at = 0; at < segment.length; at++) {
    const letter = segment[at] as string;
    const close = letter === '[' ? segment.indexOf(']', at + 2) : -1;
    if (letter === '*') expression += '[^/]*';
    else if (letter === '?') expression += '[^/]';
    else if (close !== -1) {
      const content = segment.slice(at + 1, close).replace(/[\\\]^]/g, '\\$&');
      expression += content.startsWith('!') ? `(?!/)[^${content.slice(1)}]` : `[${content}]`;
      at = close;
    } else expression += letter.replace(/[\\^$.|+()[\]{}*?]/g, '\\$&');
  }
  return expression;
}
