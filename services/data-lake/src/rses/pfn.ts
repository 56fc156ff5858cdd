import { createHash } from 'node:crypto';
import type { Protocol, Rse } from './rse.ts';

/** Scopes of people and groups become directories. */
const scopePath = (scope: string): string =>
  /^(user|group)/.test(scope) ? scope.replaceAll('.', '/') : scope;

/** `<scope>/<h1>/<h2>/<name>` with h from the md5 of `scope:name`. */
export function hashPath(scope: string, name: string): string {
  const hash = createHash('md5').update(`${scope}:${name}`).digest('hex');
  return `${scopePath(scope)}/${hash.slice(0, 2)}/${hash.slice(2, 4)}/${name}`;
}

export function identityPath(scope: string, name: string): string {
  return `${scopePath(scope)}/${name.replace(/^\/+/, '')}`;
}

/** Path of a replica below its element's prefix, as a deterministic element computes it or as it was registered. */
export function replicaPath(rse: Rse, scope: string, name: string, path: string | null): string {
  if (path !== null) return path.replace(/^\/+/, '');
  return (rse.pathAlgorithm === 'identity' ? identityPath : hashPath)(scope, name);
}

/** The same path as storage adapters take it: no doubled slashes. */
export const storagePath = (path: string): string => path.replace(/\/{2,}/g, '/').replace(/^\//, '');

/** The URL of a path by one protocol. */
export function pfnOf(protocol: Protocol, path: string): string {
  const { scheme, hostname, port, prefix } = protocol;
  if (scheme === 'file' || scheme === 'posix') return `file://${hostname}${prefix}${path}`;
  const web = (protocol.extendedAttributes as { web_service_path?: string } | null)?.web_service_path ?? '';
  return `${scheme}://${hostname}:${port}${web}${prefix}${path}`;
}

/** The path below the prefix, if a URL belongs to the protocol. */
export function pathOfPfn(protocol: Protocol, pfn: string): string | undefined {
  const start = pfnOf(protocol, '');
  return pfn.startsWith(start) ? pfn.slice(start.length) : undefined;
}
