import type { Transaction } from '@vre/database';
import { type ReplicaFile, RucioError, type ScopedName, scopedName } from '@vre/protocol-rucio';
import { bytesLeft } from '../accounts/quota.ts';
import type { Lake } from '../lake.ts';
import { fixedKeys } from '../metadata/metadata-keys.ts';
import { guidOf } from '../metadata/metadata-service.ts';
import { type Caller, decide, requirePermission } from '../policy.ts';
import { pathOfPfn, replicaPath } from '../rses/pfn.ts';
import type { Rse } from '../rses/rse.ts';
import { scopesNamed } from '../scopes/scope-store.ts';
import { arrive, depart } from './replica-arrival.ts';
import { refusalOf, stateLetter } from './replica-states.ts';
import * as store from './replica-store.ts';
import { lookAt, removeBytes } from './stored-bytes.ts';
import { forlornUploads, unattachedOn } from './unattached.ts';
import { withdrawRules } from './upload-withdrawal.ts';

const same = (a: string | number | null | undefined, b: string | number | null | undefined) =>
  a == null || b == null || a === b;

export type RegistrationOptions = {
  readonly ignoreAvailability: boolean;
  /** The client makes its rules, or attaches its files, after this: rules of an earlier try are withdrawn. */
  readonly startsOver: boolean;
};

/**
 * Registers files and their replicas on an element. Repeating a registration is harmless; repeating the start of an
 * upload (state COPYING) that did not finish starts it over: bytes that came before are discarded, so that the
 * client's own check finds the place free; the same for an upload that arrived and was never attached. Replicas registered as AVAILABLE are compared with what is stored.
 */
export async function addReplicas(
  lake: Lake,
  transaction: Transaction,
  caller: Caller,
  rseName: string,
  files: readonly ReplicaFile[],
  options: RegistrationOptions,
): Promise<void> {
  const rse = await lake.rses.named(rseName);
  if (
    !rse.writable &&
    !(options.ignoreAvailability && decide(caller, { do: 'write to a blocked element' }).allowed)
  )
    throw new RucioError('RSEWriteBlocked', `Storage element ${rse.name} does not accept data at present`);
  const scopes = await scopesNamed(
    transaction,
    files.map(({ scope }) => scope),
  );
  for (const scope of scopes.values())
    requirePermission(caller, { do: 'write in scope', scope: scope.name, ownerId: scope.ownerId });
  const now = lake.clock.now();
  const before = new Map(
    (await store.filesOn(transaction, rse.id, files)).map((file) => [scopedName(file), file]),
  );
  await requireQuota(
    transaction,
    caller,
    rse,
    files.filter((file) => before.get(scopedName(file))?.state == null),
  );

  const incomplete = files.find((file) => !before.has(scopedName(file)) && file.bytes == null);
  if (incomplete)
    throw new RucioError(
      'InvalidObject',
      `${scopedName(incomplete)} needs its size (bytes) to be registered`,
    );
  const known = await withMissing(transaction, caller, rse, files, scopes, before, now);
  const replaced: store.KnownFile[] = [];
  for (const file of files) {
    const found = known.get(scopedName(file)) as store.KnownFile;
    if (found.type !== 'F')
      throw new RucioError(
        'UnsupportedOperation',
        `${scopedName(file)} is a dataset or container, not a file`,
      );
    if (same(file.bytes, found.bytes) && same(file.adler32, found.adler32) && same(file.md5, found.md5))
      continue;
    if (!found.unborn)
      throw new RucioError(
        'FileConsistencyMismatch',
        `${scopedName(file)} is registered with ${found.bytes} bytes and adler32 ${found.adler32}: other content needs another name`,
      );
    replaced.push({
      ...found,
      bytes: file.bytes ?? null,
      adler32: file.adler32 ?? null,
      md5: file.md5 ?? null,
    });
  }
  if (replaced.length > 0) await store.replaceUnborn(transaction, replaced, now);

  const didIds = files.map((file) => (known.get(scopedName(file)) as store.KnownFile).didId);
  if (options.startsOver)
    await withdrawRules(lake, transaction, [
      ...(await forlornUploads(transaction, didIds, caller.accountId)),
    ]);
  const isUpload = (file: ReplicaFile) => stateLetter(file.state ?? 'A') === 'C';
  const unattached = await unattachedOn(
    transaction,
    rse.id,
    files.filter(isUpload).map((file) => (known.get(scopedName(file)) as store.KnownFile).didId),
  );
  const missing = files.filter((file) => {
    const { state, didId } = known.get(scopedName(file)) as store.KnownFile;
    return state == null || ['C', 'D', 'U'].includes(state) || (isUpload(file) && unattached.has(didId));
  });
  const rows = missing.map((file) => ({
    file,
    didId: (known.get(scopedName(file)) as store.KnownFile).didId,
    path: pathOf(rse, file),
  }));
  const uploads = rows.filter(({ file }) => isUpload(file));
  const complete = rows.filter(({ file }) => stateLetter(file.state ?? 'A') === 'A');
  const other = rows.find(({ file }) => !['A', 'C'].includes(stateLetter(file.state ?? 'A')));
  if (other)
    throw new RucioError(
      'UnsupportedOperation',
      `A replica is registered as AVAILABLE or COPYING, not ${other.file.state}`,
    );

  const restarted = uploads.filter(({ file }) =>
    ['A', 'C', 'D'].includes(known.get(scopedName(file))?.state ?? ''),
  );
  await depart(
    transaction,
    [...unattached].map((didId) => ({ didId, rseId: rse.id })),
  );
  await removeBytes(
    lake,
    rse,
    restarted.map(({ file, path }) => ({ scope: file.scope, name: file.name, path })),
  );
  await requireStored(
    lake,
    rse,
    complete.map(({ file, path, didId }) => ({ ...merged(file, known), path, didId })),
  );
  await store.insertReplicas(transaction, rse.id, rows, [...unattached], tombstoneOf(rse, now), now);
  await arrive(
    lake,
    transaction,
    complete.map(({ didId }) => ({ didId, rseId: rse.id })),
  );
}

type Known = ReadonlyMap<string, store.KnownFile>;

/** The files, those that nobody had registered made. */
async function withMissing(
  transaction: Transaction,
  caller: Caller,
  rse: Rse,
  files: readonly ReplicaFile[],
  scopes: Awaited<ReturnType<typeof scopesNamed>>,
  before: Known,
  now: Date,
): Promise<Known> {
  const missing = new Map(
    files.filter((file) => !before.has(scopedName(file))).map((file) => [scopedName(file), file]),
  );
  if (missing.size === 0) return before;
  const scopeOf = (file: ScopedName) =>
    scopes.get(file.scope) as { id: number; name: string; ownerId: number };
  const made = await store.insertFiles(
    transaction,
    [...missing.values()].map((file) => newFile(file, scopeOf(file).id)),
    caller.accountId,
    now,
  );
  const known = new Map(before);
  const names = new Map([...scopes.values()].map(({ id, name }) => [id, name]));
  for (const { id, scope_id, name } of made) {
    const file = missing.get(`${names.get(scope_id)}:${name}`) as ReplicaFile;
    missing.delete(scopedName(file));
    known.set(scopedName(file), {
      scope: file.scope,
      name,
      didId: id,
      ownerId: scopeOf(file).ownerId,
      type: 'F',
      bytes: file.bytes ?? null,
      adler32: file.adler32 ?? null,
      md5: file.md5 ?? null,
      state: null,
      path: null,
      lock_cnt: 0,
      unborn: true,
    });
  }
  // Somebody registered the same names meanwhile.
  if (missing.size > 0)
    for (const file of await store.filesOn(transaction, rse.id, [...missing.values()]))
      known.set(scopedName(file), file);
  return known;
}

const merged = (file: ReplicaFile, known: Known) => {
  const found = known.get(scopedName(file));
  return {
    scope: file.scope,
    name: file.name,
    bytes: file.bytes ?? found?.bytes ?? null,
    adler32: file.adler32 ?? found?.adler32 ?? null,
  };
};

function newFile(file: ReplicaFile, scopeId: number): store.NewFile {
  const { guid, ...meta } = file.meta ?? {};
  return {
    scopeId,
    name: file.name,
    bytes: file.bytes ?? null,
    adler32: file.adler32 ?? null,
    md5: file.md5 ?? null,
    guid: guidOf(guid ?? file.guid),
    meta: Object.fromEntries(Object.entries(meta).filter(([key]) => !fixedKeys.has(key))),
  };
}

/** A person registers only where quota is left for the bytes; without a rule nothing is charged yet. */
async function requireQuota(
  transaction: Transaction,
  caller: Caller,
  rse: Rse,
  files: readonly ReplicaFile[],
): Promise<void> {
  if (caller.isAdministrator || files.length === 0) return;
  const bytes = files.reduce((sum, file) => sum + (file.bytes ?? 0), 0);
  const left = (await bytesLeft(transaction, caller.accountId, [rse])).get(rse.id) ?? 0;
  if (left < bytes || (left <= 0 && bytes === 0))
    throw new RucioError(
      'InsufficientAccountLimit',
      `Account ${caller.account} has ${Math.max(left, 0)} bytes of quota left on ${rse.name}, ${bytes} are needed: remove rules or ask for more quota`,
    );
}

/** Path to keep: none where the element computes it, else what the PFN says below the prefix. */
function pathOf(rse: Rse, file: ReplicaFile): string | null {
  if (file.pfn == null) {
    if (rse.deterministic) return null;
    throw new RucioError(
      'InvalidPath',
      `${rse.name} does not compute paths: ${scopedName(file)} needs its pfn`,
    );
  }
  const path = rse.protocols
    .map((protocol) => pathOfPfn(protocol, file.pfn as string))
    .find((found) => found !== undefined);
  if (path === undefined || /(^|\/)\.{1,2}(\/|$)/.test(path))
    throw new RucioError('InvalidPath', `${file.pfn.slice(0, 300)} does not lie on ${rse.name}`);
  if (!rse.deterministic) return path;
  if (path !== replicaPath(rse, file.scope, file.name, null))
    throw new RucioError(
      'InvalidPath',
      `${rse.name} keeps ${scopedName(file)} at another place than ${file.pfn.slice(0, 300)}`,
    );
  return null;
}

/** Attribute `tombstone_delay` in seconds: how long a replica without rule stays; negative means not at all. */
function tombstoneOf(rse: Rse, now: Date): Date | null {
  const delay = Number(rse.attributes.get('tombstone_delay') ?? 0);
  if (!Number.isFinite(delay) || delay === 0) return null;
  return delay < 0 ? new Date(0) : new Date(now.getTime() + delay * 1000);
}

async function requireStored(
  lake: Lake,
  rse: Rse,
  files: readonly (ScopedName & {
    readonly path: string | null;
    readonly bytes: number | null;
    readonly adler32: string | null;
  })[],
): Promise<void> {
  const looks = await lookAt(lake, rse, files);
  const wrong = looks.find(({ finding }) => finding !== 'right');
  if (wrong) throw refusalOf(wrong);
}
