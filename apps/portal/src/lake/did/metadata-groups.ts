/** A titled group of metadata as text. */
export type MetadataGroup = {
  readonly title: string;
  readonly entries: readonly { readonly key: string; readonly text: string }[];
};

type Values = Readonly<Record<string, unknown>>;

const timesAndSize = /_at$|^(bytes|length|md5|adler32|guid|events)$/;

/** What the workflow service writes about a result that it registers. */
const madeByRun = /^workflow_/;

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

const group = (title: string, values: readonly (readonly [string, unknown])[]): MetadataGroup => ({
  title,
  entries: values
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([key, value]) => ({ key, text: textOf(value) }))
    .sort((a, b) => a.key.localeCompare(b.key)),
});

/** Description first (even if empty), then the run that made it, then sizes, checksums and times, then the lake's own flags. */
export function metadataGroups(said: Values, recorded: Values): readonly MetadataGroup[] {
  const own = Object.entries(recorded);
  const words = Object.entries(said);
  const groups = [
    group(
      'Described by people',
      words.filter(([key]) => !madeByRun.test(key)),
    ),
    group(
      'Made by a run',
      words.filter(([key]) => madeByRun.test(key)),
    ),
    group(
      'Sizes, checksums and times',
      own.filter(([key]) => timesAndSize.test(key)),
    ),
    group(
      'Kept by the lake',
      own.filter(([key]) => !timesAndSize.test(key)),
    ),
  ];
  return groups.filter(({ entries }, place) => place === 0 || entries.length > 0);
}
