import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requirement } from '@vre/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ServersUnderTest,
  startServersUnderTest,
  step,
} from '../servers/servers-under-test.test-support.ts';

const python = requirement('python');

describe.skipIf(!python.present)('tokens of a running server', () => {
  let subject: ServersUnderTest;
  beforeEach(async () => {
    subject = await startServersUnderTest();
    subject.tokenLife = 60;
  });
  afterEach(async () => {
    await subject.close();
  });

  /** A daemon leaves a row alone that another one holds at this moment: it comes back for it. */
  const settle = async (workers: Parameters<typeof step>[0]) => {
    for (let round = 0; round < 3; round += 1) await step(workers);
  };

  it('are renewed at half of their life, for five minutes, by two workers', async () => {
    const workers = [subject.worker(), subject.worker()];
    await workers[0]?.servers.start(subject.account, '', {});
    const { directory } = await subject.reach('ready', workers);
    const file = join(directory as string, 'credentials', 'rucio.token');
    const seen = new Set<string>();
    for (let second = 0; second < 300; second += 10) {
      await settle(workers);
      const { tokensExpireAt } = await subject.server();
      expect(tokensExpireAt?.getTime()).toBeGreaterThan(subject.context.clock.now().getTime() + 20_000);
      seen.add(await readFile(file, 'utf8'));
      subject.context.clock.advance(10);
    }
    expect(seen.size).toBe(10);
  });

  it('that cannot be renewed leave the server alone and tell the person to sign in', async () => {
    const room = subject.worker();
    await room.servers.start(subject.account, '', {});
    await subject.reach('ready', [room]);
    subject.tokenLife = undefined;
    subject.context.clock.advance(31);
    await settle([room]);
    const told = await subject.server();
    expect(told).toMatchObject({ state: 'ready', notice: expect.stringContaining('sign in again') });
    subject.tokenLife = 60;
    subject.context.clock.advance(16);
    await settle([room]);
    expect((await subject.server()).notice).toBeNull();
  });
});
