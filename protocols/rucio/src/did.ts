/** Kinds of data identifiers: a file, a dataset of files, a container of datasets or of containers. */
export const didTypes = { F: 'FILE', D: 'DATASET', C: 'CONTAINER' } as const;

export type DidType = (typeof didTypes)[keyof typeof didTypes];

/** A data identifier's name: unique within its scope, whatever its type. */
export type ScopedName = { readonly scope: string; readonly name: string };

/** Type for a letter or a name in any case, `undefined` for anything else. */
export function didTypeOf(text: string): DidType | undefined {
  const upper = text.toUpperCase();
  return Object.values(didTypes).find((type) => type === upper) ?? didTypes[upper as keyof typeof didTypes];
}

/** `scope:name`, as people write it. */
export const scopedName = (did: ScopedName): string => `${did.scope}:${did.name}`;
