/** A raw path below `/user/`: the person, and the next segment, which may be the name of a server. */
export type ServerPath = {
  readonly accountName: string;
  /** Decoded second segment when a slash follows it; it names a server or belongs to the default server's own path. */
  readonly segment: string | undefined;
};

/** `%2e` is a dot to every server that decodes before it resolves. */
const isDotSegment = (segment: string) => /^(?:\.|%2e){1,2}$/i.test(segment);

/**
 * Which server a request line means. The path itself is forwarded byte for byte, so whatever could lead out of the
 * prefix is refused: dot segments (behind encoded slashes too), backslashes, and encoded slashes in the names.
 * @returns undefined for a path that no server may get.
 */
export function serverPath(url: string): ServerPath | undefined {
  const path = url.split('?', 1)[0] as string;
  if (!path.startsWith('/user/') || path.includes('\\')) return undefined;
  if (path.includes('.') || path.includes('%2')) {
    if (path.split(/\/|%2f|%5c/i).some(isDotSegment)) return undefined;
  }
  const [name = '', segment, ...rest] = path.slice('/user/'.length).split('/');
  const accountName = decodeName(name);
  if (accountName === undefined || segment === undefined) return undefined;
  return { accountName, segment: rest.length > 0 ? decodeName(segment) : undefined };
}

function decodeName(text: string): string | undefined {
  if (text === '') return undefined;
  try {
    const name = decodeURIComponent(text);
    return /[/\\\0]/.test(name) ? undefined : name;
  } catch {
    return undefined;
  }
}
