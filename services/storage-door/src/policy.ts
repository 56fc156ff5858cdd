import {
  encodeStoragePath,
  isGranted,
  leadsToGrant,
  type StorageCapability,
  type StorageGrant,
  type StoragePath,
} from '@vre/protocol-webdav';

/** What somebody wants to do with one path of an element. */
export type DoorAction = 'stat' | 'list' | 'read' | 'create' | 'replace' | 'delete' | 'make-directory';

/** The answer; `reason` is a sentence for the person who was refused. */
export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

/** Every capability but `poll` includes looking (WLCG profile). */
const looking: readonly StorageCapability[] = ['read', 'create', 'modify', 'stage'];

/** Rucio's client uploads under this name, removes leftovers of it and renames. */
const unfinishedUpload = '.rucio.upload';

/**
 * Decides by the storage capabilities of a token (WLCG profile §storage). Directories on the way to a granted path may
 * be seen and, for `create`, made; what else they hold stays hidden, because a listing asks `stat` for every child.
 */
export function decide(grants: readonly StorageGrant[], action: DoorAction, path: StoragePath): Decision {
  if (permits(grants, action, path)) return { allowed: true };
  const wanted = capabilityFor(action);
  const have = grants.length === 0 ? ' and carries no storage scope at all' : '';
  const reason = `This token does not allow ${verbs[action]} ${encodeStoragePath(path)}${have}: ask for one with the scope ${wanted} on that path.`;
  return { allowed: false, reason };
}

/**
 * Decides about giving a file another name; `replaces` says whether the new name is taken. The old name is gone
 * afterwards, which takes what deleting it takes: `create` renames unfinished uploads only. Stored files would
 * otherwise be removed (by way of the name of an unfinished one) or exchanged by whoever may add files beside them.
 */
export function decideMove(
  grants: readonly StorageGrant[],
  from: StoragePath,
  to: StoragePath,
  replaces: boolean,
): Decision {
  const source = decide(grants, 'delete', from);
  return source.allowed ? decide(grants, replaces ? 'replace' : 'create', to) : source;
}

function permits(grants: readonly StorageGrant[], action: DoorAction, path: StoragePath): boolean {
  switch (action) {
    case 'stat':
    case 'list':
      return isGranted(grants, looking, path) || leadsToGrant(grants, looking, path);
    case 'read':
      return isGranted(grants, ['read'], path);
    case 'create':
      return isGranted(grants, ['create'], path);
    case 'make-directory':
      return isGranted(grants, ['create'], path) || leadsToGrant(grants, ['create'], path);
    case 'replace':
    case 'delete': {
      if (isGranted(grants, ['modify'], path)) return true;
      const unfinished = path.at(-1)?.endsWith(unfinishedUpload) === true;
      return unfinished && isGranted(grants, ['create'], path);
    }
  }
}

const verbs: Readonly<Record<DoorAction, string>> = {
  stat: 'looking at',
  list: 'listing',
  read: 'reading',
  create: 'creating',
  replace: 'replacing',
  delete: 'deleting',
  'make-directory': 'creating the directory',
};

function capabilityFor(action: DoorAction): string {
  if (action === 'stat' || action === 'list' || action === 'read') return 'storage.read';
  return action === 'create' || action === 'make-directory' ? 'storage.create' : 'storage.modify';
}
