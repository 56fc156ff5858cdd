import type { ScopedName } from '@vre/protocol-rucio';

/** Address of a DID's page; slashes of the name stay readable. */
export const didPath = ({ scope, name }: ScopedName): string =>
  `/lake/dids/${encodeURIComponent(scope)}/${name.split('/').map(encodeURIComponent).join('/')}`;

/** Splits `scope:name` at the first colon, as Rucio's clients do. */
export function parseDid(text: string): ScopedName | undefined {
  const colon = text.indexOf(':');
  if (colon <= 0 || colon === text.length - 1) return undefined;
  return { scope: text.slice(0, colon), name: text.slice(colon + 1) };
}

/** Address from which the edge streams a file of the lake to this browser. */
export const fileAddress = ({ scope, name }: ScopedName): string =>
  `/x/files/${encodeURIComponent(scope)}/${name.split('/').map(encodeURIComponent).join('/')}`;
