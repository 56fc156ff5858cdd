/** How a file can be looked at here. HTML and SVG are shown as source: nothing of a user is rendered as a page. */
export type PreviewKind = 'image' | 'json' | 'text' | 'none';

const kinds: Readonly<Record<Exclude<PreviewKind, 'none'>, readonly string[]>> = {
  image: ['png', 'jpg', 'jpeg', 'gif', 'webp', 'avif', 'bmp'],
  json: ['json', 'ipynb', 'geojson', 'jsonld'],
  text: (
    'txt md rst log csv tsv yaml yml toml ini cfg py r jl sh c h cc cpp hpp java js ts html htm svg xml vot tex bib ' +
    'sql dat cwl smk feature out err lock env gitignore dockerfile'
  ).split(' '),
};

/** Beyond this a file is offered for download only, in bytes. */
export const previewLimit = 5_000_000;

/** By the name's ending; without one, the whole base name (`Dockerfile`) decides. */
export function previewKind(name: string): PreviewKind {
  const ending = (name.split('/').at(-1) ?? '').split('.').at(-1)?.toLowerCase() ?? '';
  const found = Object.entries(kinds).find(([, endings]) => endings.includes(ending));
  return (found?.[0] as PreviewKind | undefined) ?? 'none';
}
