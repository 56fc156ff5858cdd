import { EdgeError } from '../edge-error.ts';
import type { ProxyRoute } from './route-table.ts';

/**
 * Location for the browser of an answer on a session route: a redirect within the service stays below the route's
 * prefix, one that leaves it is refused, so that neither edge nor browser carries a request elsewhere.
 * `base` is the URL that was asked, `origins` are those under which the service knows itself.
 */
export function browserLocation(
  route: ProxyRoute,
  location: string,
  base: URL,
  origins: readonly string[],
): string {
  const target = URL.canParse(location, base.href) ? new URL(location, base.href) : undefined;
  if (
    target === undefined ||
    !(target.origin === base.origin || origins.includes(target.origin)) ||
    !target.pathname.startsWith(route.target)
  )
    throw new EdgeError(
      'foreign-redirect',
      'The service redirected to another place, which is not followed.',
    );
  return route.prefix + target.pathname.slice(route.target.length) + target.search;
}
