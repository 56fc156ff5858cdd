import { sql, type Transaction } from '@vre/database';
import {
  type AddDid,
  didTypes,
  type ReplicaFile,
  RucioError,
  replicaFileSchema,
  requireName,
  type ScopedName,
  scopedName,
} from '@vre/protocol-rucio';
import type { Lake } from '../lake.ts';
import { setMetadata } from '../metadata/metadata-service.ts';
import { type Caller, requirePermission } from '../policy.ts';
import { addReplicas } from '../replicas/replica-registration.ts';
import { addRules } from '../rules/rule-service.ts';
import { scopesNamed } from '../scopes/scope-store.ts';
import * as contents from './content-store.ts';
import type { Did } from './did.ts';
import * as store from './did-store.ts';

const seconds = (now: Date, lifetime: number | null | undefined): Date | null =>
  lifetime == null ? null : new Date(now.getTime() + lifetime * 1000);

/** Tells the account's browsers that a DID changed. */
export async function tellDid(
  lake: Lake,
  transaction: Transaction,
  caller: Caller,
  did: ScopedName,
): Promise<void> {
  if (caller.subject === undefined) return;
  await lake.outbox.publish(transaction, [
    { topic: 'lake.did', accountId: caller.subject, data: { scope: did.scope, name: did.name } },
  ]);
}

/** Adds datasets and containers with their metadata, rules and content: all of them or none. */
export async function addDids(
  lake: Lake,
  caller: Caller,
  dids: readonly (AddDid & ScopedName)[],
): Promise<void> {
  await lake.database.transaction(async (transaction) => {
    const scopes = await scopesNamed(
      transaction,
      dids.map(({ scope }) => scope),
    );
    for (const did of dids) {
      const scope = scopes.get(did.scope);
      if (!scope) continue;
      requireName('name', did.name);
      if (did.type === 'FILE')
        throw new RucioError(
          'UnsupportedOperation',
          `Files are registered with their replicas, not as ${scopedName(did)}`,
        );
      requirePermission(caller, { do: 'write in scope', scope: scope.name, ownerId: scope.ownerId });
      const now = lake.clock.now();
      const id = await store.insertCollection(
        transaction,
        {
          scopeId: scope.id,
          name: did.name,
          type: did.type === 'DATASET' ? 'D' : 'C',
          accountId: caller.accountId,
          monotonic: did.statuses?.monotonic ?? false,
          expiredAt: seconds(now, did.lifetime),
        },
        now,
      );
      if (id === undefined)
        throw new RucioError(
          'DataIdentifierAlreadyExists',
          `Data identifier ${scopedName(did)} already exists`,
        );
      if (did.meta && Object.keys(did.meta).length > 0)
        await setMetadata(lake, transaction, caller, [{ ...did, meta: did.meta }], false);
      if (did.dids?.length)
        await attachIn(lake, transaction, caller, did, did.dids, did.rse ?? undefined, false);
      for (const rule of did.rules ?? []) await addRules(lake, transaction, caller, rule, [did]);
      await tellDid(lake, transaction, caller, did);
    }
  });
}

type Child = ScopedName & Partial<ReplicaFile>;

/** Attaches DIDs to a collection; with an element, missing files are registered there first. */
export async function attach(
  lake: Lake,
  caller: Caller,
  attachments: readonly {
    readonly parent: ScopedName;
    readonly children: readonly Child[];
    readonly rse: string | undefined;
  }[],
  ignoreDuplicate: boolean,
): Promise<void> {
  await lake.database.transaction(async (transaction) => {
    for (const { parent, children, rse } of attachments)
      await attachIn(lake, transaction, caller, parent, children, rse, ignoreDuplicate);
  });
}

async function attachIn(
  lake: Lake,
  transaction: Transaction,
  caller: Caller,
  parentName: ScopedName,
  children: readonly Child[],
  rse: string | undefined,
  ignoreDuplicate: boolean,
): Promise<void> {
  const parent = await store.didHeld(transaction, parentName, false);
  requirePermission(caller, { do: 'write in scope', scope: parent.scope, ownerId: parent.ownerId });
  if (parent.type === 'F')
    throw new RucioError(
      'UnsupportedOperation',
      `${scopedName(parent)} is a file: nothing can be attached to it`,
    );
  if (!parent.is_open)
    throw new RucioError(
      'UnsupportedOperation',
      `${scopedName(parent)} is closed: reopen it before attaching to it`,
    );
  if (rse !== undefined)
    await addReplicas(
      lake,
      transaction,
      caller,
      rse,
      children.map((child) => replicaFileSchema.parse({ ...child, meta: child.meta ?? {} })),
      { ignoreAvailability: true, startsOver: false },
    );
  const found = await store.allDidsNamed(transaction, children);
  await requireHierarchy(transaction, parent, found);
  const now = lake.clock.now();
  const attached = await contents.insertContent(
    transaction,
    parent.id,
    found.map(({ id }) => id),
    now,
  );
  const already = found.find(({ id }) => !attached.has(id));
  if (already && !ignoreDuplicate)
    throw new RucioError(
      already.type === 'F' ? 'FileAlreadyExists' : 'DuplicateContent',
      `${scopedName(already)} is attached to ${scopedName(parent)} already`,
    );
  if (attached.size === 0) return;
  await contents.noteUpdated(transaction, [parent.id], now);
  await lake.wakeups.wake(transaction);
  await tellDid(lake, transaction, caller, parent);
}

/** Datasets hold files; a container holds datasets or containers, never both; nothing holds itself. */
async function requireHierarchy(
  transaction: Transaction,
  parent: Did,
  children: readonly Did[],
): Promise<void> {
  const refuse = (sentence: string): never => {
    throw new RucioError('UnsupportedOperation', sentence);
  };
  if (parent.type === 'D') {
    const wrong = children.find(({ type }) => type !== 'F');
    if (wrong)
      refuse(`${scopedName(wrong)} is a ${didTypes[wrong.type].toLowerCase()}: a dataset holds files only`);
    return;
  }
  const file = children.find(({ type }) => type === 'F');
  if (file) refuse(`${scopedName(file)} is a file: a container holds datasets or containers only`);
  const kind = (await contents.childKind(transaction, parent.id)) ?? children[0]?.type;
  const mixed = children.find(({ type }) => type !== kind);
  if (mixed)
    refuse(`${scopedName(parent)} can not hold datasets and containers together (${scopedName(mixed)})`);
  const [circle] = await contents.ancestorsAmong(
    transaction,
    parent.id,
    children.map(({ id }) => id),
  );
  const culprit = children.find(({ id }) => id === circle);
  if (culprit) refuse(`attaching ${scopedName(culprit)} to ${scopedName(parent)} would make a circle`);
}

/** Detaches DIDs; one that is not attached makes the whole request fail. */
export async function detach(
  lake: Lake,
  caller: Caller,
  parentName: ScopedName,
  children: readonly ScopedName[],
): Promise<void> {
  await lake.database.transaction(async (transaction) => {
    const parent = await store.didHeld(transaction, parentName, false);
    requirePermission(caller, { do: 'write in scope', scope: parent.scope, ownerId: parent.ownerId });
    if (parent.type === 'F')
      throw new RucioError('UnsupportedOperation', `${scopedName(parent)} is a file: it holds nothing`);
    if (!parent.is_open)
      throw new RucioError(
        'UnsupportedOperation',
        `${scopedName(parent)} is closed: reopen it before detaching from it`,
      );
    if (parent.monotonic)
      throw new RucioError('UnsupportedOperation', `${scopedName(parent)} is monotonic: it can only grow`);
    const found = await store.allDidsNamed(transaction, children);
    const now = lake.clock.now();
    const gone = await contents.deleteContent(
      transaction,
      parent.id,
      found.map(({ id }) => id),
      now,
    );
    const missing = found.find(({ id }) => !gone.has(id));
    if (missing)
      throw new RucioError(
        'DataIdentifierNotFound',
        `${scopedName(missing)} is not attached to ${scopedName(parent)}`,
      );
    await contents.noteUpdated(transaction, [parent.id], now);
    await lake.wakeups.wake(transaction);
    await tellDid(lake, transaction, caller, parent);
  });
}

/** Closes a collection, which freezes its size, or opens it again. */
export async function setStatus(lake: Lake, caller: Caller, name: ScopedName, open: boolean): Promise<void> {
  await lake.database.transaction(async (transaction) => {
    const did = await store.didHeld(transaction, name, true);
    requirePermission(caller, { do: 'write in scope', scope: did.scope, ownerId: did.ownerId });
    if (did.type === 'F')
      throw new RucioError(
        'UnsupportedOperation',
        `${scopedName(did)} is a file: only collections are opened and closed`,
      );
    if (did.is_open === open)
      throw new RucioError(
        'UnsupportedOperation',
        `${scopedName(did)} is ${open ? 'open' : 'closed'} already`,
      );
    await store.setOpen(
      transaction,
      did.id,
      open ? undefined : await store.sizeOf(transaction, did.id),
      lake.clock.now(),
    );
    await tellDid(lake, transaction, caller, did);
  });
}

/** Makes a dataset of up to `count` files of another, chosen at random. */
export async function sample(
  lake: Lake,
  caller: Caller,
  input: ScopedName,
  output: ScopedName,
  count: number,
): Promise<void> {
  const source = await store.didNamed(lake.database.direct, input);
  const { rows } = await sql<ScopedName>`
    select s.name as scope, d.name from lake.content c join lake.did d on d.id = c.child_id
      join lake.scope s on s.id = d.scope_id
    where c.parent_id = ${source.id} and d.type = 'F' order by random() limit ${count}`.execute(
    lake.database.direct,
  );
  await addDids(lake, caller, [{ ...output, type: 'DATASET', dids: rows } as AddDid & ScopedName]);
}
