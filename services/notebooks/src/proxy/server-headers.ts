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
    .filter((pair) => pair !== '' && !names.includes(pair.split('=', 1)[0]?.trim() ?? ''))
    .join('; ');
}

/** What the browser gets of a server's answer: everything but cookies with the hub's names. */
export function browserHeaders(
  { headers }: AnswerHead,
  hubCookies: readonly string[],
): Record<string, string | string[]> {
  const kept = endToEndAnswer(headers, () => true);
  const cookies = kept['set-cookie'];
  if (cookies !== undefined) {
    const own = [cookies]
      .flat()
      .filter((cookie) => !hubCookies.includes(cookie.split('=', 1)[0]?.trim() ?? ''));
    if (own.length > 0) kept['set-cookie'] = own;
    else delete kept['set-cookie'];
  }
  return kept;
}

/** The request target without a token in its query, which would stand in logs and in links to other pages. */
export function withoutToken(url: string): string {
  const at = url.indexOf('?');
  if (at === -1 || !url.includes('token', at)) return url;
  const query = url
    .slice(at + 1)
    .split('&')
    .filter((pair) => pair.split('=', 1)[0] !== 'token')
    .join('&');
  return query === '' ? url.slice(0, at) : `${url.slice(0, at)}?${query}`;
}
