/** A storage capability of the WLCG profile: `storage.read:/some/path`. */
export type StorageScope = { readonly action: string; readonly segments: readonly string[] };

const actions = new Set([
  'storage.read',
  'storage.create',
  'storage.modify',
  'storage.stage',
  'storage.poll',
]);

/** Parses and normalises; `undefined` for other scopes and for paths that try to be clever. */
export function parseStorageScope(scope: string): StorageScope | undefined {
  const colon = scope.indexOf(':');
  const action = colon === -1 ? scope : scope.slice(0, colon);
  if (colon === -1 || !actions.has(action)) return undefined;
  const path = scope.slice(colon + 1);
  if (!path.startsWith('/') || path.includes('//')) return undefined;
  const segments: string[] = [];
  for (const part of path.split('/').filter((segment) => segment !== '')) {
    let segment: string;
    try {
      segment = decodeURIComponent(part);
    } catch {
      return undefined;
    }
    if (segment === '.' || segment === '..' || /[/\\\u0000-\u001f\u007f]/.test(segment)) return undefined;
    segments.push(segment);
  }
  return { action, segments };
}

export const isStorageScope = (scope: string): boolean => scope.startsWith('storage.');

/** `held` covers `wanted`: same action (or modify for create) on the same path or below, segment by segment. */
export function covers(held: StorageScope, wanted: StorageScope): boolean {
  const actionFits =
    held.action === wanted.action || (held.action === 'storage.modify' && wanted.action === 'storage.create');
  return actionFits && held.segments.every((segment, index) => wanted.segments[index] === segment);
}
