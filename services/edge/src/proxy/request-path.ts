import { EdgeError } from '../edge-error.ts';
import type { ProxyRoute } from './route-table.ts';

const refuse = (reason: string) => new EdgeError('bad-path', reason);

/** `%2e` is a dot to every server that decodes before it resolves. */
const isDotSegment = (segment: string) => /^(?:\.|%2e){1,2}$/i.test(segment);

/**
 * The path and query to ask the service for, byte for byte as the client wrote it behind the prefix (names may hold
 * `%2F`). The prefix itself must stand there literally: no `%2F`, `%5C` or doubled slash that the router tolerated.
 * Dot segments (behind encoded slashes too) and backslashes are refused anywhere, since a service may resolve them to another prefix. The query
 * parameter `access_token` is removed where the edge adds the token.
 */
export function servicePath(route: ProxyRoute, url: string): string {
  const queryAt = url.indexOf('?');
  const path = queryAt === -1 ? url : url.slice(0, queryAt);
  if (route.exact ? path !== route.prefix : !path.startsWith(route.prefix))
    throw refuse(`The path must begin with ${route.prefix}, written exactly so.`);
  if (path.includes('\\')) throw refuse('A path cannot hold a backslash.');
  if (path.split(/\/|%2f|%5c/i).some(isDotSegment))
    throw refuse('A path cannot hold the segments "." and "..".');
  const target = route.target + path.slice(route.prefix.length);
  if (queryAt === -1) return target;
  const query = url.slice(queryAt + 1);
  const kept = route.access.kind === 'session' ? withoutAccessToken(query) : query;
  return kept === '' ? target : `${target}?${kept}`;
}

function withoutAccessToken(query: string): string {
  return query
    .split('&')
    .filter((pair) => decodeLoosely(pair.split('=', 1)[0] ?? '').toLowerCase() !== 'access_token')
    .join('&');
}

function decodeLoosely(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
