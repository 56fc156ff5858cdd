import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LakeForTests, startLakeForTests } from '../testing/lake-for-tests.test-support.ts';

let lake: LakeForTests;
beforeEach(async () => {
  lake = await startLakeForTests();
  await lake.ask('alice', 'GET', '/accounts/whoami');
});
afterEach(async () => {
  try {
    expect(await lake.service.audit()).toEqual([]);
  } finally {
    await lake.dispose();
  }
});

const doom = async (rse: string, name: string) => {
  await lake.put('alice', rse, name, `bytes of ${name}`);
  const replicas = [{ rse, scope: 'user.alice', name }];
  expect((await lake.ask('alice', 'POST', '/replicas/tombstone', { replicas })).statusCode).toBe(201);
};
const isThere = async (name: string) =>
  (await lake.ask('alice', 'GET', `/dids/user.alice/${name}`)).statusCode === 200;
const isStored = (rse: string, name: string) =>
  readFile(lake.fileOn(rse, 'user.alice', name)).then(
    () => true,
    () => false,
  );

test('what lies on an element that is away is deleted when it is back, and holds up nothing else', async () => {
  await doom('LOCAL-A', 'here');
  for (const name of ['there1', 'there2']) await doom('LOCAL-B', name);
  const bringBack = await lake.takeAway('LOCAL-B');
  await lake.settle();
  expect([await isThere('here'), await isThere('there1'), await isThere('there2')]).toEqual([
    false,
    true,
    true,
  ]);
  // Nobody reads them meanwhile.
  expect(await lake.rows('alice', '/x-replicas/user.alice/there1')).toMatchObject([
    { state: 'BEING_DELETED' },
  ]);
  // While it is away it is asked by the watch alone.
  lake.context.clock.advance(700);
  await lake.settle();
  expect(await isThere('there1')).toBe(true);
  await bringBack();
  lake.context.clock.advance(31);
  await lake.settle();
  await lake.settle();
  for (const name of ['there1', 'there2'])
    expect([await isThere(name), await isStored('LOCAL-B', name)]).toEqual([false, false]);
});

test('what lies on an element closed for deletion stays until that is open', async () => {
  await lake.ask('root', 'PUT', '/rses/LOCAL-B', { availability_delete: false });
  await doom('LOCAL-B', 'kept');
  await lake.settle();
  expect(await isStored('LOCAL-B', 'kept')).toBe(true);
  await lake.ask('root', 'PUT', '/rses/LOCAL-B', { availability_delete: true });
  await lake.settle();
  expect([await isThere('kept'), await isStored('LOCAL-B', 'kept')]).toEqual([false, false]);
});
