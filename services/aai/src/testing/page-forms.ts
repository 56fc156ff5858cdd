/** A form of a page, as a person without scripts could send it. */
export type PageForm = {
  readonly id: string;
  readonly action: string;
  readonly method: string;
  readonly inputs: readonly { readonly name: string; readonly type: string; readonly value: string }[];
  readonly buttons: readonly { readonly name: string; readonly value: string; readonly label: string }[];
};

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

const decode = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return named[name] ?? whole;
  });

function attributes(tag: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const match of tag.matchAll(/([a-z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/gi)) {
    found.set((match[1] as string).toLowerCase(), decode(match[2] ?? match[3] ?? match[4] ?? ''));
  }
  return found;
}

/** Text of a page without tags, for messages and assertions. */
export const textOf = (html: string): string =>
  decode(html.replace(/<(script|style|title)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();

/** The forms of a page in their order. */
export function formsOf(html: string): readonly PageForm[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map((match) => {
    const form = attributes(match[1] as string);
    const body = match[2] as string;
    return {
      id: form.get('id') ?? '',
      action: form.get('action') ?? '',
      method: (form.get('method') ?? 'get').toLowerCase(),
      inputs: [...body.matchAll(/<input\b([^>]*)>/gi)].map((input) => {
        const found = attributes((input[1] as string).replace(/\/$/, ''));
        return {
          name: found.get('name') ?? '',
          type: (found.get('type') ?? 'text').toLowerCase(),
          value: found.get('value') ?? '',
        };
      }),
      buttons: [...body.matchAll(/<button\b([^>]*)>([\s\S]*?)<\/button>/gi)].map((button) => {
        const found = attributes(button[1] as string);
        return {
          name: found.get('name') ?? '',
          value: found.get('value') ?? '',
          label: textOf(button[2] as string),
        };
      }),
    };
  });
}
