import { isBelow, parseStoragePath, type StoragePath } from './storage-path.ts';

/**
 * What a token may do with storage (WLCG token profile, capability scopes). `create` makes new files and directories
 * and renames, without replacing or deleting; `modify` includes `create`; `stage` brings files from tape; `poll` asks
 * for their locality only.
 */
export type StorageCapability = 'read' | 'create' | 'modify' | 'stage' | 'poll';

/** One capability on a path and everything below it. */
export type StorageGrant = { readonly capability: StorageCapability; readonly path: StoragePath };

const scopePattern = /^storage\.(read|create|modify|stage|poll):(\/.*)$/;

/**
 * The grant of one scope such as `storage.read:/user/alice`. `undefined` for other scopes and for malformed ones: a
 * path is mandatory, absolute, normalised, and percent-encoded segment by segment.
 */
export function parseStorageScope(scope: string): StorageGrant | undefined {
  const match = scopePattern.exec(scope);
  const path = match?.[2] === undefined ? undefined : parseStoragePath(match[2]);
  return path === undefined ? undefined : { capability: match?.[1] as StorageCapability, path };
}

/** Grants of all scopes of a token, their paths taken below `basePath` of its issuer; malformed scopes grant nothing. */
export function storageGrants(scopes: Iterable<string>, basePath: StoragePath = []): StorageGrant[] {
  const grants: StorageGrant[] = [];
  for (const scope of scopes) {
    const grant = parseStorageScope(scope);
    if (grant !== undefined) grants.push({ ...grant, path: [...basePath, ...grant.path] });
  }
  return grants;
}

/** Whether one of the grants gives one of the capabilities on a path. `modify` counts as `create`. */
export function isGranted(
  grants: readonly StorageGrant[],
  wanted: readonly StorageCapability[],
  path: StoragePath,
): boolean {
  return grants.some((grant) => includesCapability(grant, wanted) && isBelow(path, grant.path));
}

/** Whether a path is a directory on the way to something granted: it may be seen and, for `create`, made. */
export function leadsToGrant(
  grants: readonly StorageGrant[],
  wanted: readonly StorageCapability[],
  path: StoragePath,
): boolean {
  return grants.some((grant) => includesCapability(grant, wanted) && isBelow(grant.path, path));
}

function includesCapability({ capability }: StorageGrant, wanted: readonly StorageCapability[]): boolean {
  return wanted.includes(capability) || (capability === 'modify' && wanted.includes('create'));
}
