import { type DidRow, didTypes, rucioDate } from '@vre/protocol-rucio';
import type { ContentRecord } from './content-store.ts';
import type { Did } from './did.ts';

/** `size` replaces the frozen size where a dynamic one was asked for. */
export function didRow(
  did: Did,
  size: { readonly length: number; readonly bytes: number } | undefined,
): DidRow {
  const head = { scope: did.scope, name: did.name, type: didTypes[did.type], account: did.account };
  if (did.type === 'F') return { ...head, bytes: did.bytes, length: 1, md5: did.md5, adler32: did.adler32 };
  return {
    ...head,
    open: did.is_open ?? false,
    monotonic: did.monotonic,
    expired_at: did.expired_at === null ? null : rucioDate(did.expired_at),
    length: size?.length ?? did.length,
    bytes: size?.bytes ?? did.bytes,
  };
}

export const contentRow = (record: ContentRecord) => ({
  scope: record.scope,
  name: record.name,
  type: didTypes[record.type],
  bytes: record.bytes,
  adler32: record.adler32,
  md5: record.md5,
});
