/** A name that stands in paths, cookies and OAuth clients: 2 to 25 characters. */
const fitting = /^[a-z][a-z0-9_-]{1,24}$/;
const longest = 25;

/**
 * True when a username can be a hub name as it is. Two dashes in a row and a dash at the end are not taken: they
 * separate person and server in the names of OAuth clients (`jupyterhub-user-NAME--SERVER`).
 */
export const isHubName = (username: string): boolean =>
  fitting.test(username) && !username.includes('--') && !username.endsWith('-');

/**
 * A readable hub name for any username: `Marie.Curie@example.org` becomes `marie-curie`. Always the same for the same
 * username; several usernames may give the same name, see {@link nthName}.
 */
export function hubNameOf(username: string): string {
  if (isHubName(username)) return username;
  const local = username.replace(/(?<=.)@.*$/su, '');
  const plain = local
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^[^a-z]+/, '');
  const name = trimmed(plain, longest);
  if (name.length >= 2) return name;
  return trimmed(`user-${local.toLowerCase().replace(/[^a-z0-9]+/g, '')}`, longest);
}

/** The name that the n-th person of the same name gets: `marie-curie`, `marie-curie-2`, … `n` counts from 1. */
export function nthName(name: string, n: number): string {
  if (n === 1) return name;
  const suffix = `-${n}`;
  return trimmed(name, longest - suffix.length) + suffix;
}

const trimmed = (name: string, length: number): string => name.slice(0, length).replace(/-+$/, '');
