/** Types that a browser shows without running anything, by the ending of the name. */
const previews: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  json: 'application/json; charset=utf-8',
  ipynb: 'application/json; charset=utf-8',
  ...Object.fromEntries(
    [
      'txt',
      'log',
      'md',
      'csv',
      'tsv',
      'yaml',
      'yml',
      'py',
      'r',
      'c',
      'cc',
      'h',
      'cwl',
      'toml',
      'ini',
      'sh',
      'tex',
    ].map((ending) => [ending, 'text/plain; charset=utf-8']),
  ),
};

/** Headers that decide what a browser does with a file. Whatever is not a plain image or text is saved, not shown. */
export function filePresentation(name: string, wantsPreview: boolean): Readonly<Record<string, string>> {
  const fileName = name.slice(name.lastIndexOf('/') + 1);
  const ending = /\.([a-z0-9]+)$/i.exec(fileName)?.[1]?.toLowerCase() ?? '';
  const preview = wantsPreview && Object.hasOwn(previews, ending) ? previews[ending] : undefined;
  return {
    'content-type': preview ?? 'application/octet-stream',
    'content-disposition': `${preview === undefined ? 'attachment' : 'inline'}; ${fileNameParameters(fileName)}`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'cache-control': 'private, no-cache',
  };
}

/** `filename` for old clients in ASCII, `filename*` with the real name (RFC 6266 §4.3, RFC 8187). */
function fileNameParameters(fileName: string): string {
  const ascii = fileName.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(fileName).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
