/** A path below a storage element as decoded segments; the root has none. */
export type StoragePath = readonly string[];

/**
 * Parses an absolute, percent-encoded path (the target of a request, the path of a scope) into segments. `undefined`
 * for whatever has no single meaning: relative paths, `.` and `..`, empty segments, encoded slashes, malformed
 * encoding, control characters. One trailing slash is allowed and means a directory.
 */
export function parseStoragePath(encoded: string): StoragePath | undefined {
  if (!encoded.startsWith('/')) return undefined;
  const raw = encoded.slice(1).split('/');
  if (raw.at(-1) === '') raw.pop();
  const segments: string[] = [];
  for (const part of raw) {
    const segment = decodeSegment(part);
    if (segment === undefined) return undefined;
    segments.push(segment);
  }
  return segments;
}

function decodeSegment(part: string): string | undefined {
  let segment: string;
  try {
    segment = decodeURIComponent(part);
  } catch {
    return undefined;
  }
  if (segment === '' || segment === '.' || segment === '..' || segment.includes('/')) return undefined;
  // C0, DEL, C1: no client needs them, and terminals and logs obey them. Lone surrogates have no UTF-8 form.
  if (/[\u0000-\u001f\u007f-\u009f]|\p{Surrogate}/u.test(segment)) return undefined;
  return segment;
}

/** The percent-encoded absolute path of segments (RFC 3986 §3.3: everything that a `pchar` allows stays as it is). */
export function encodeStoragePath(path: StoragePath): string {
  return `/${path.map(encodeSegment).join('/')}`;
}

/** One segment, percent-encoded. */
export function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(/%(3A|40|24|26|2B|2C|3B|3D)/g, (code) =>
    decodeURIComponent(code),
  );
}

/** Whether `path` is `above` or lies below it, segment by segment: `/foo/bar` covers no `/foo/bargain`. */
export function isBelow(path: StoragePath, above: StoragePath): boolean {
  return above.length <= path.length && above.every((segment, index) => segment === path[index]);
}
