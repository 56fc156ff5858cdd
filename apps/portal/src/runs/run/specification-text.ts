/** A JSON value as YAML, for reading: block style, text quoted only where YAML would read it otherwise. */
export function specificationText(value: unknown): string {
  return `${block(value, '')}\n`;
}

const plain = /^[A-Za-z_./$][\w ./${}@+=,()<>-]*$/;
const reserved = /^(true|false|null|yes|no|on|off|~)$/i;

function scalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value) ?? 'null';
  const safe = plain.test(value) && !reserved.test(value) && !value.endsWith(' ');
  return safe ? value : JSON.stringify(value);
}

const isEmpty = (value: object): boolean => Object.keys(value).length === 0;

function block(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return scalar(value);
  if (isEmpty(value)) return Array.isArray(value) ? '[]' : '{}';
  if (Array.isArray(value)) {
    return value.map((item) => `${indent}- ${block(item, `${indent}  `).trimStart()}`).join('\n');
  }
  return Object.entries(value)
    .map(([key, item]) => {
      const nested = typeof item === 'object' && item !== null && !isEmpty(item);
      return `${indent}${scalar(key)}:${nested ? `\n${block(item, `${indent}  `)}` : ` ${multiline(item, indent)}`}`;
    })
    .join('\n');
}

/** Text of several lines as a literal block. */
function multiline(value: unknown, indent: string): string {
  if (typeof value !== 'string' || !value.includes('\n')) return block(value, indent);
  const lines = value.replace(/\n$/, '').split('\n');
  return `|${value.endsWith('\n') ? '' : '-'}\n${lines.map((line) => `${indent}  ${line}`).join('\n')}`;
}
