/** How a client names a run. */
export type RunReference =
  | { readonly by: 'id'; readonly id: string }
  | { readonly by: 'number'; readonly name: string; readonly major: number; readonly minor: number }
  | { readonly by: 'latest'; readonly name: string };

const uuid4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

export const isUuid4 = (text: string): boolean => uuid4.test(text);

/** A UUIDv4 is an id; otherwise name and run number part at the first dot; no or an odd number means the latest. */
export function parseRunReference(text: string): RunReference {
  if (isUuid4(text)) return { by: 'id', id: text.toLowerCase() };
  const dot = text.indexOf('.');
  const name = dot === -1 ? text : text.slice(0, dot);
  const number = /^(\d{1,9})(?:\.(\d{1,9}))?$/.exec(dot === -1 ? '' : text.slice(dot + 1));
  if (!number) return { by: 'latest', name };
  return { by: 'number', name, major: Number(number[1]), minor: Number(number[2] ?? 0) };
}
