import { type Queryable, sql, type Transaction } from '@vre/database';
import {
  didTypes,
  parseRucioDate,
  RucioError,
  rucioDate,
  type ScopedName,
  scopedName,
} from '@vre/protocol-rucio';
import type { Did } from '../dids/did.ts';
import { allDidsNamed } from '../dids/did-store.ts';
import type { Lake } from '../lake.ts';
import { type Caller, requirePermission } from '../policy.ts';
import { columnKeys, fixedKeys } from './metadata-keys.ts';

export type MetadataPlugin = 'DID_COLUMN' | 'JSON' | 'ALL';

const date = (value: Date | null): string | null => (value === null ? null : rucioDate(value));

/** Metadata of a DID: the columns that Rucio knows, what people set (`JSON`), or both. */
export function metadataOf(did: Did, plugin: MetadataPlugin): Readonly<Record<string, unknown>> {
  const known = new Set<string>(columnKeys);
  const free = Object.fromEntries(Object.entries(did.meta).filter(([key]) => !known.has(key)));
  if (plugin === 'JSON') return free;
  const columns = {
    ...Object.fromEntries(columnKeys.map((key) => [key, did.meta[key] ?? null])),
    scope: did.scope,
    name: did.name,
    account: did.account,
    did_type: didTypes[did.type],
    is_open: did.is_open,
    monotonic: did.monotonic,
    hidden: false,
    obsolete: false,
    complete: null,
    suppressed: did.suppressed,
    is_new: null,
    is_archive: null,
    constituent: null,
    availability: { A: 'AVAILABLE', L: 'LOST', D: 'DELETED' }[did.availability],
    purge_replicas: did.purge_replicas,
    bytes: did.bytes,
    length: did.type === 'F' ? 1 : did.length,
    adler32: did.adler32,
    md5: did.md5,
    guid: did.guid?.replaceAll('-', '').toUpperCase() ?? null,
    created_at: date(did.created_at),
    updated_at: date(did.updated_at),
    closed_at: date(did.closed_at),
    expired_at: date(did.expired_at),
    accessed_at: date(did.accessed_at),
    deleted_at: null,
    eol_at: null,
    access_cnt: null,
  };
  return plugin === 'ALL' ? { ...free, ...columns } : columns;
}

/** Reads the name of a plugin; throws UnsupportedMetadataPlugin. */
export function pluginOf(text: string | undefined): MetadataPlugin {
  const upper = (text ?? 'DID_COLUMN').toUpperCase();
  if (upper === 'DID_COLUMN' || upper === 'JSON' || upper === 'ALL') return upper;
  throw new RucioError(
    'UnsupportedMetadataPlugin',
    `Metadata are kept as DID_COLUMN, JSON or ALL, not ${upper.slice(0, 50)}`,
  );
}

type Change = ScopedName & { readonly meta: Readonly<Record<string, unknown>> };

/** Sets metadata of DIDs; with `recursive` also of everything below them. */
export async function setMetadata(
  lake: Lake,
  transaction: Transaction,
  caller: Caller,
  changes: readonly Change[],
  recursive: boolean,
): Promise<void> {
  const dids = await allDidsNamed(transaction, changes);
  const byName = new Map(dids.map((did) => [scopedName(did), did]));
  for (const change of changes) {
    const did = byName.get(scopedName(change)) as Did;
    requirePermission(caller, { do: 'write in scope', scope: did.scope, ownerId: did.ownerId });
    await setOne(lake, transaction, did, change.meta, recursive);
  }
}

async function setOne(
  lake: Lake,
  transaction: Transaction,
  did: Did,
  meta: Change['meta'],
  recursive: boolean,
): Promise<void> {
  const { lifetime, expired_at: expiredAt, guid, purge_replicas: purge, suppressed, ...rest } = meta;
  const fixed = Object.keys(rest).find((key) => fixedKeys.has(key));
  if (fixed !== undefined)
    throw new RucioError('InvalidMetadata', `${fixed} is kept by the data lake itself and can not be set`);
  const wrong = Object.keys(rest).find((key) => key === '' || key.length > 255);
  if (wrong !== undefined) throw new RucioError('InvalidMetadata', 'A metadata key has 1 to 255 characters');
  const now = lake.clock.now();
  const hasExpiry = lifetime !== undefined || expiredAt !== undefined;
  const ids = recursive ? await idsBelow(transaction, did.id) : [did.id];
  await sql`
    update lake.did set
      meta = meta || ${JSON.stringify(rest)}::jsonb,
      expired_at = case when ${hasExpiry} then ${expiryOf(now, lifetime, expiredAt)}::timestamptz else expired_at end,
      guid = coalesce(${guidOf(guid)}::uuid, guid),
      purge_replicas = coalesce(${booleanOf('purge_replicas', purge)}, purge_replicas),
      suppressed = coalesce(${booleanOf('suppressed', suppressed)}, suppressed),
      updated_at = ${now}
    where id = any(${ids}::bigint[])`.execute(transaction);
  if (hasExpiry) await lake.wakeups.wake(transaction);
}

async function idsBelow(q: Queryable, id: number): Promise<readonly number[]> {
  const { rows } = await sql<{ id: number }>`
    with recursive below (id) as (
      select ${id}::bigint union select c.child_id from below join lake.content c on c.parent_id = below.id)
    select id from below`.execute(q);
  return rows.map((row) => row.id);
}

function expiryOf(now: Date, lifetime: unknown, expiredAt: unknown): Date | null {
  if (lifetime === null || (lifetime === undefined && expiredAt === null)) return null;
  if (lifetime !== undefined) {
    const seconds = Number(lifetime);
    if (!Number.isFinite(seconds))
      throw new RucioError('InvalidValueForKey', 'lifetime is a number of seconds or null');
    return new Date(now.getTime() + seconds * 1000);
  }
  const date = parseRucioDate(String(expiredAt));
  if (expiredAt !== undefined && !date)
    throw new RucioError('InvalidValueForKey', 'expired_at is a date or null');
  return date ?? null;
}

/** A GUID with or without dashes and braces. */
export function guidOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const hex = String(value).replace(/[-{}]/g, '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(hex))
    throw new RucioError(
      'InvalidValueForKey',
      `guid has 32 hexadecimal digits, got ${String(value).slice(0, 50)}`,
    );
  return hex;
}

function booleanOf(key: string, value: unknown): boolean | null {
  if (value === undefined) return null;
  if (typeof value === 'boolean') return value;
  throw new RucioError('InvalidValueForKey', `${key} is true or false`);
}

/** Removes a key that people set; throws KeyNotFound when the DID has none of that name. */
export async function deleteMetadata(
  lake: Lake,
  caller: Caller,
  name: ScopedName,
  key: string,
): Promise<void> {
  await lake.database.transaction(async (transaction) => {
    const [did] = await allDidsNamed(transaction, [name]);
    if (!did) return;
    requirePermission(caller, { do: 'write in scope', scope: did.scope, ownerId: did.ownerId });
    const { rows } = await sql`
      update lake.did set meta = meta - ${key}::text, updated_at = ${lake.clock.now()}
      where id = ${did.id} and meta ? ${key} returning id`.execute(transaction);
    if (rows.length === 0)
      throw new RucioError('KeyNotFound', `${scopedName(did)} has no metadata ${key.slice(0, 255)}`);
  });
}
