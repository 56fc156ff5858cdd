/**
 * Audiences in the wild are words (`rucio`), host names or URLs, one or several; the library knows absolute URIs,
 * one a token. So every list of audiences becomes one URN inside, and a list again in the token.
 */
const prefix = 'urn:vre:aud:';

/** `['rucio', 'https://door']` → `urn:vre:aud:rucio%20https%3A%2F%2Fdoor`. Duplicates vanish, order stays. */
export const resourceOf = (audiences: readonly string[]): string =>
  `${prefix}${encodeURIComponent([...new Set(audiences)].join(' '))}`;

/** The audiences of a resource indicator: our URN, or anything else taken as one audience (RFC 8707). */
export function audiencesOf(resource: string): readonly string[] {
  if (!resource.startsWith(prefix)) return [resource];
  let list: string;
  try {
    list = decodeURIComponent(resource.slice(prefix.length));
  } catch {
    return [];
  }
  return splitAudiences(list);
}

/** The `audience` parameter as WLCG clients send it: separated by blanks. */
export const splitAudiences = (list: string): readonly string[] => [
  ...new Set(list.split(/\s+/).filter((audience) => audience !== '')),
];
