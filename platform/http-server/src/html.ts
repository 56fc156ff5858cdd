/** HTML that is safe to send: made only by {@link html}, which escapes what is put into it. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | Markup | undefined | false | readonly Markup[];

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => entities[character] as string);

/** Template tag: `html\`<p>${name}</p>\`` escapes `name`; nested markup stays, `undefined` and `false` are nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const rendered = values.map((value) => {
    if (value === undefined || value === false) return '';
    if (value instanceof Markup) return value.text;
    if (Array.isArray(value)) return value.map((markup: Markup) => markup.text).join('');
    return escapeHtml(String(value));
  });
  return new Markup(parts.reduce((page, part, index) => page + part + (rendered[index] ?? ''), ''));
}
