import { type ScopedName, scopedName } from './did.ts';

/** One file of a metalink document (RFC 5854 with Rucio's elements); URLs best first. */
export type MetalinkFile = ScopedName & {
  readonly bytes: number | null;
  readonly adler32: string | null;
  readonly md5: string | null;
  /** `scope:name` of every ancestor, when asked for. */
  readonly parents: readonly string[] | undefined;
  readonly urls: readonly {
    readonly pfn: string;
    readonly rse: string;
    readonly domain: string;
    readonly priority: number;
    readonly clientExtract: boolean;
  }[];
};

export const metalinkProlog =
  '<?xml version="1.0" encoding="UTF-8"?>\n<metalink xmlns="urn:ietf:params:xml:ns:metalink">\n';
export const metalinkEpilog = '</metalink>\n';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
const escapeXml = (text: string): string =>
  text
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, '')
    .replace(/[&<>"']/g, (character) => entities[character] as string);

/** The `<file>` element, one line a child. */
export function metalinkFile(file: MetalinkFile): string {
  const lines = [` <file name="${escapeXml(file.name)}">`];
  if (file.parents !== undefined) {
    lines.push(
      '  <parents>',
      ...file.parents.map((parent) => `   <did>${escapeXml(parent)}</did>`),
      '  </parents>',
    );
  }
  lines.push(`  <identity>${escapeXml(scopedName(file))}</identity>`);
  if (file.adler32 !== null) lines.push(`  <hash type="adler32">${escapeXml(file.adler32)}</hash>`);
  if (file.md5 !== null) lines.push(`  <hash type="md5">${escapeXml(file.md5)}</hash>`);
  lines.push(
    `  <size>${file.bytes ?? ''}</size>`,
    `  <glfn name="/generic/rucio/${escapeXml(scopedName(file))}"></glfn>`,
  );
  for (const url of file.urls) {
    lines.push(
      `  <url location="${escapeXml(url.rse)}" domain="${escapeXml(url.domain)}" priority="${url.priority}" client_extract="${url.clientExtract}">${escapeXml(url.pfn)}</url>`,
    );
  }
  lines.push(' </file>');
  return `${lines.join('\n')}\n`;
}
