import { type AnswerHead, endToEndAnswer, endToEndHeaders } from '@vre/http-proxy';

/** Says who asked, from where: only we say so. */
const isForwarding = (name: string) =>
  name === 'forwarded' || name.startsWith('x-forwarded-') || name === 'x-real-ip' || name === 'x-scheme';

/**
 * What a server gets to see: Host and Origin as the browser wrote them, because Jupyter compares the two; no cookie
 * and no token of the hub. `token` is one for this server alone, in place of what the client sent.
 */
export function serverHeaders(
  raw: readonly string[],
  given: {
    readonly clientAddress: string;
    readonly publicOrigin: URL;
    readonly hubCookies: readonly string[];
    readonly token: string | undefined;
  },
): string[] {
  const { publicOrigin, hubCookies, token } = given;
  const kept = endToEndHeaders(raw, (name) => name !== 'authorization' && !isForwarding(name));
  const headers: string[] = [];
  for (let at = 0; at < kept.length; at += 2) {
    const name = kept[at] as string;
    const value = kept[at + 1] as string;
    if (name.length === 6 && name.toLowerCase() === 'cookie') {
      const cookies = withoutCookies(value, hubCookies);
      if (cookies !== '') headers.push(name, cookies);
    } else headers.push(name, value);
  }
  headers.push(
    'X-Forwarded-For',
    given.clientAddress,
    'X-Forwarded-Proto',
    publicOrigin.protocol.slice(0, -1),
    'X-Forwarded-Host',
    publicOrigin.host,
  );
  if (token !== undefined) headers.push('Authorization', `token ${token}`);
  return headers;
}

/** A Cookie header without the named cookies. */
export function withoutCookies(header: string, names: readonly string[]): string {
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '' && !isOneOf(pair.split('=', 1)[0]?.trim() ?? '', names))
    .join('; ');
}

/** The hub's cookies share a beginning: the session's name, with or without a prefix that browsers enforce. */
const isOneOf = (name: string, hubCookies: readonly string[]): boolean =>
  hubCookies.some((own) => withoutPrefix(name).startsWith(withoutPrefix(own)));
const withoutPrefix = (name: string) => name.toLowerCase().replace(/^__(?:host|secure)-/, '');

/** A cookie without a name is sent back as its value alone, which then reads as a cookie of any name. */
function mayBeSet(cookie: string, hubCookies: readonly string[]): boolean {
  const pair = cookie.split(';', 1)[0] ?? '';
  const at = pair.indexOf('=');
  const name = at === -1 ? '' : pair.slice(0, at).trim();
  return name !== '' && !isOneOf(name, hubCookies);
}

/**
 * What a browser applies to the whole host, where the hub and other people's pages are: a script that stands between
 * every page and the network, other addresses of the host, reports of what was visited, forgetting of cookies.
 */
const holdsForTheHost: ReadonlySet<string> = new Set([
  'service-worker-allowed',
  'clear-site-data',
  'alt-svc',
  'strict-transport-security',
  'public-key-pins',
  'nel',
  'report-to',
]);

/** What the browser gets of a server's answer: no cookies of the hub, nothing that holds for the whole host. */
export function browserHeaders(
  { headers }: AnswerHead,
  hubCookies: readonly string[],
): Record<string, string | string[]> {
  const kept = endToEndAnswer(headers, (name) => !holdsForTheHost.has(name));
  const cookies = kept['set-cookie'];
  if (cookies !== undefined) {
    const own = [cookies].flat().filter((cookie) => mayBeSet(cookie, hubCookies));
    if (own.length > 0) kept['set-cookie'] = own;
    else delete kept['set-cookie'];
  }
  return kept;
}

/** The request target without a token in its query, which would stand in logs and in links to other pages. */
export function withoutToken(url: string): string {
  const at = url.indexOf('?');
  if (at === -1) return url;
  const pairs = url.slice(at + 1).split('&');
  // Read as servers read it: `t%6Fken` is `token`.
  const kept = pairs.filter((pair) => new URLSearchParams(pair).get('token') === null);
  if (kept.length === pairs.length) return url;
  const query = kept.join('&');
  return query === '' ? url.slice(0, at) : `${url.slice(0, at)}?${query}`;
}
