import { accountNamed, insertAccount } from './accounts/account-store.ts';
import { giveDefaultQuota, setLimit } from './accounts/limit-store.ts';
import type { Lake } from './lake.ts';
import type { LakeElement } from './local-storage.ts';
import { addProtocol, attributeValue } from './rses/rse-service.ts';
import { insertRse, setAttribute, setDistance } from './rses/rse-store.ts';

/** The operation priorities of an element that is served by one protocol for everything. */
const everything = {
  lan: { read: 1, write: 1, delete: 1 },
  wan: { read: 1, write: 1, delete: 1, third_party_copy_read: 1, third_party_copy_write: 1 },
};

/**
 * Makes what a fresh lake needs: the account root and the configured storage elements, reached through the storage
 * door. Existing ones are left as operators changed them. Idempotent, safe in several processes at once.
 *
 * The client writes straight to the final name (`NoRename`): the door shows a file only when it is whole, so the detour
 * by a temporary name would cost two requests and protect from nothing. It need not look after writing either
 * (`skip_upload_stat`): the lake compares size and checksum itself before it makes a replica available.
 */
export async function prepareElements(lake: Lake, given: readonly LakeElement[]): Promise<void> {
  const now = lake.clock.now();
  const door = new URL(lake.addresses.storageDoor);
  await insertAccount(lake.database.direct, { name: 'root', type: 'SERVICE', email: null }, now);
  for (const element of given) {
    await lake.database.transaction(async (transaction) => {
      const id = await insertRse(
        transaction,
        { uuid: lake.identifiers.hex(), name: element.name },
        {},
        {},
        now,
      );
      if (id === undefined) return;
      await addProtocol(transaction, { id, name: element.name }, 'https', {
        hostname: door.hostname,
        port: Number(door.port || 443),
        prefix: `/${element.pathPrefix}/`,
        impl: 'rucio.rse.protocols.webdav.NoRename',
        domains: everything,
      });
      for (const [key, value] of Object.entries({ skip_upload_stat: true, lfn2pfn_algorithm: 'hash' }))
        await setAttribute(transaction, id, key, attributeValue(value), true);
      await giveDefaultQuota(transaction, lake.config['default-quota'], { rseId: id });
    });
    lake.rses.forget();
  }
  const root = await accountNamed(lake.database.direct, 'root');
  const elements = await lake.rses.all();
  const configured = elements.filter(({ name }) => given.some((element) => element.name === name));
  for (const rse of configured) {
    await setLimit(lake.database.direct, root.id, rse.id, null);
    for (const other of configured)
      if (other.id !== rse.id) await setDistance(lake.database.direct, other.id, rse.id, 1, false);
  }
  lake.rses.forget();
}
