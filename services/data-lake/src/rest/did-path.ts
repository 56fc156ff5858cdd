import { RucioError, type ScopedName } from '@vre/protocol-rucio';

/** A path below a collection of DIDs, taken apart: `suffix` is '' or one of those offered, without slashes around it. */
export type DidPath = ScopedName & { readonly suffix: string; readonly rest: string };

/**
 * Takes `/<prefix>/<scope>/<name>[/<suffix>[/<rest>]]` apart in its raw form: clients send slashes of a name as `%2F`
 * or bare, spaces as `+`. `suffixes` are tried longest first; one that ends with `/*` takes one more segment.
 */
export function didPath(rawUrl: string, prefix: string, suffixes: readonly string[]): DidPath {
  const raw = (rawUrl.split('?')[0] ?? '').slice(prefix.length).replace(/^\/+|\/+$/g, '');
  const [scope = '', ...segments] = raw.split('/');
  for (const suffix of [...suffixes].sort((a, b) => b.length - a.length)) {
    const pattern = suffix.split('/');
    const tail = segments.slice(-pattern.length);
    if (segments.length <= pattern.length) continue;
    if (!pattern.every((part, index) => part === '*' || part === tail[index])) continue;
    return {
      scope: decoded(scope),
      name: decoded(segments.slice(0, -pattern.length).join('/')),
      suffix: suffix.replace(/\/?\*$/, ''),
      rest: pattern.at(-1) === '*' ? decoded(tail.at(-1) as string) : '',
    };
  }
  if (scope === '') throw new RucioError('InvalidRequest', 'the path names no scope');
  return { scope: decoded(scope), name: decoded(segments.join('/')), suffix: '', rest: '' };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new RucioError('ValueError', `the path holds a malformed percent-encoding: ${text.slice(0, 200)}`);
  }
}
