/**
 * Where to go after signing in: a path of the portal, anything else becomes `/`. Browsers read `\` as `/` and drop
 * control characters, so `/\host` and `/<tab>/host` are other hosts too; `/x/` and the services' paths are no pages.
 */
export function nextPath(next: unknown, portal: string): string {
  if (typeof next !== 'string' || next.length > 2000 || !/^\/(?![/\\])[^\\\u0000-\u001f]*$/.test(next))
    return '/';
  const url = new URL(next, portal);
  // Dot segments are resolved by now: `/a/..//host` has become `//host`.
  const isPage =
    url.origin === new URL(portal).origin &&
    !url.pathname.startsWith('//') &&
    !/^\/(x|aai|api)(\/|$)/.test(url.pathname);
  return isPage ? url.pathname + url.search + url.hash : '/';
}
