/** Belong to one connection, not to the message (RFC 9110 §7.6.1). */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'http2-settings',
]);

/** Names that a Connection header adds to those; `Content-Length` frames the message and is never dropped by it. */
function namedByConnection(values: readonly string[]): ReadonlySet<string> | undefined {
  let named: Set<string> | undefined;
  for (const value of values) {
    for (const part of value.split(',')) {
      const name = part.trim().toLowerCase();
      if (name === '' || name === 'keep-alive' || name === 'upgrade' || name === 'close') continue;
      if (name === 'content-length') continue;
      named ??= new Set();
      named.add(name);
    }
  }
  return named;
}

/**
 * A request's headers for the next hop, flat as in `IncomingMessage.rawHeaders`: order and case stay. `keeps` gets
 * lower-case names and decides about the others.
 */
export function endToEndHeaders(raw: readonly string[], keeps: (name: string) => boolean): string[] {
  const connection: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] as string;
    if (name.length === 10 && name.toLowerCase() === 'connection') connection.push(raw[at + 1] as string);
  }
  const named = namedByConnection(connection);
  const kept: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] as string;
    const lower = name.toLowerCase();
    if (hopByHop.has(lower) || named?.has(lower) || !keeps(lower)) continue;
    kept.push(name, raw[at + 1] as string);
  }
  return kept;
}

/** An answer's headers for the client; `keeps` gets lower-case names. */
export function endToEndAnswer(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  keeps: (name: string) => boolean,
): Record<string, string | string[]> {
  const { connection } = headers;
  const named = connection === undefined ? undefined : namedByConnection([connection].flat());
  const kept: Record<string, string | string[]> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || hopByHop.has(name) || named?.has(name) || !keeps(name)) continue;
    kept[name] = value;
  }
  return kept;
}
