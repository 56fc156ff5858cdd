const home = '/hub/home';

/**
 * Where to go after signing in: a path of this host below `/hub/` or `/user/`, anything else becomes the hub's home.
 * Browsers read `\` as `/` and drop control characters, so `/\host` and `/<tab>/host` are other hosts.
 */
export function nextPath(next: unknown, hub: string): string {
  if (typeof next !== 'string' || next.length > 4000) return home;
  const path = next.startsWith(`${hub}/`) ? next.slice(hub.length) : next;
  if (!/^\/(?![/\\])[^\\\u0000-\u001f]*$/.test(path)) return home;
  const url = new URL(path, hub);
  // Dot segments are resolved by now: `/hub/../x` has become `/x`.
  if (url.origin !== new URL(hub).origin || !/^\/(hub|user)\//.test(url.pathname)) return home;
  // Signing in or out again is no place to be.
  if (/^\/hub\/(login|logout|oauth_callback)(\/|$)/.test(url.pathname)) return home;
  return url.pathname + url.search + url.hash;
}
