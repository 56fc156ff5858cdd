import { readdir, readFile, stat } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createProcessBackend } from '@vre/compute-process';
import { sql } from '@vre/database';
import type { ProgressEvent } from '@vre/protocol-jupyterhub';
import { requirement } from '@vre/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serverFolder } from '../launch/server-folder.ts';
import { createProvenConnect } from '../proxy/proven-connection.ts';
import { findRoute } from './server-store.ts';
import { type ServersUnderTest, startServersUnderTest, step } from './servers-under-test.test-support.ts';
import { stopLeftServers } from './stop-left-servers.ts';

const python = requirement('python');

describe.skipIf(!python.present)(`the life of a server ${python.reason}`, () => {
  let subject: ServersUnderTest;
  beforeEach(async () => {
    subject = await startServersUnderTest();
  });
  afterEach(async () => {
    await subject.close();
  });
  const tokens = async () => {
    const { rows } = await sql<{ kind: string }>`select kind from hub.token`.execute(
      subject.context.database.direct,
    );
    return rows.length;
  };
  const route = (name = '') => findRoute(subject.context.database.direct, 'ada', name);

  it('is asked for, started, reached and stopped, and nothing of it stays', async () => {
    const room = subject.worker();
    const asked = await room.servers.start(subject.account, '', {});
    expect(asked).toMatchObject({ state: 'requested', profile: 'python', progress: [{ percent: 0 }] });
    expect(await route()).toBeUndefined();
    const told = (async () => {
      const events: ProgressEvent[] = [];
      for await (const event of room.servers.progress(asked, 'ada')) events.push(event);
      return events;
    })();
    const ready = await subject.reach('ready', [room]);
    const percents = (await told).map(({ progress }) => progress);
    expect(percents[0]).toBe(0);
    expect([...percents].sort((a, b) => a - b)).toEqual(percents);
    expect((await told).at(-1)).toMatchObject({ ready: true, url: '/user/ada/' });
    expect((await route())?.server.port).toBe(ready.port);

    const seen = (await subject.ask('environment')) as Record<string, string>;
    expect(seen).toMatchObject({
      JUPYTERHUB_USER: 'ada',
      JUPYTERHUB_CLIENT_ID: 'jupyterhub-user-ada',
      JUPYTER_SERVER_ALLOW_UNAUTHENTICATED_ACCESS: '0',
      REANA_ACCESS_TOKEN: 'secret-of-token-1',
    });
    const folder = serverFolder(ready.directory as string);
    expect(await readFile(seen.BEARER_TOKEN_FILE as string, 'utf8')).toContain('rucio https://');
    expect((await stat(seen.BEARER_TOKEN_FILE as string)).mode & 0o777).toBe(0o600);
    for (const entry of await readdir(folder.control, { withFileTypes: true })) {
      // The log comes through a pipe that only the starter reads.
      if (!entry.isFile()) continue;
      const text = await readFile(join(folder.control, entry.name), 'utf8').catch(() => '');
      expect(text).not.toContain(seen.JUPYTERHUB_API_TOKEN);
      expect(text).not.toContain('secret-of-token-1');
    }
    expect(await tokens()).toBe(1);
    await step([room]);
    expect(await room.audit()).toEqual([]);

    expect((await room.servers.stop(subject.account, ''))?.state).toBe('stopping');
    expect(await route()).toBeUndefined();
    await subject.reach('stopped', [room]);
    await step([room]);
    expect(await tokens()).toBe(0);
    expect([...subject.reanaTokens]).toEqual([]);
    expect((await readdir(folder.directory)).sort()).toEqual(['control']);
    expect(await room.audit()).toEqual([]);
  });

  it('says why it died at its start, with the last lines of its log', async () => {
    const room = subject.worker();
    const asked = await room.servers.start(subject.account, '', { profile: 'dies' });
    const failed = await subject.reach('failed', [room]);
    expect(failed.failure).toContain('ended before it answered: exit code 3');
    expect(failed.failureLog).toContain('ImportError: no such module');
    expect(await tokens()).toBe(0);
    const events: ProgressEvent[] = [];
    for await (const event of room.servers.progress(asked, 'ada')) events.push(event);
    expect(events.at(-1)).toMatchObject({ failed: true, message: failed.failure });
    expect((await room.servers.start(subject.account, '', { profile: 'python' })).startNumber).toBe(2);
    await subject.reach('ready', [room]);
  });

  it('fails when it never listens, and leaves no process', async () => {
    const room = subject.worker({}, { startSeconds: 1 });
    await room.servers.start(subject.account, '', { profile: 'silent' });
    const failed = await subject.reach('failed', [room]);
    expect(failed.failure).toContain('did not answer within 1 seconds');
    expect(await room.audit()).toEqual([]);
  });

  it.for(['requested', 'preparing', 'starting'] as const)('can be stopped while it is %s', async (phase) => {
    const room = subject.worker();
    await room.servers.start(subject.account, '', { profile: 'silent' });
    await subject.reach(phase, [room]);
    await room.servers.stop(subject.account, '');
    await subject.reach('stopped', [room]);
    await step([room]);
    await room.abandon();
    expect(await tokens()).toBe(0);
    expect([...subject.reanaTokens]).toEqual([]);
    expect(await room.audit()).toEqual([]);
  });

  it('says why it ended while it ran', async () => {
    const room = subject.worker();
    await room.servers.start(subject.account, '', {});
    await subject.reach('ready', [room]);
    await subject.ask('die').catch(() => undefined);
    const failed = await subject.reach('failed', [room]);
    expect(failed.failure).toContain('The server ended: exit code 9');
    expect(await tokens()).toBe(0);
  });

  it('says so when it ran out of memory', async () => {
    const room = subject.worker({}, { memoryBytes: 200_000_000 });
    await room.servers.start(subject.account, '', {});
    await subject.reach('ready', [room]);
    await subject.ask('eat').catch(() => undefined);
    const failed = await subject.reach('failed', [room]);
    expect(failed.failure).toContain('out of memory (limit 200 MB)');
    expect(failed.failure).toContain('notebooks.server.memory');
  });

  it('whose traces contradict each other is found by the audit', async () => {
    const room = subject.worker();
    await room.servers.start(subject.account, '', {});
    await subject.reach('ready', [room]);
    await room.abandon();
    const database = subject.context.database.direct;
    await sql`update hub.server set state = 'stopped'`.execute(database);
    expect((await room.audit()).map(({ invariant }) => invariant).sort()).toEqual([
      'every running job belongs to a server',
      'no token outlives its server',
    ]);
    await sql`update hub.server set state = 'ready', job = null`.execute(database);
    expect((await room.audit()).map(({ invariant }) => invariant)).toEqual([
      'a ready server has a job and a port',
    ]);
  });

  it('that is shut down from inside counts as stopped', async () => {
    const room = subject.worker();
    await room.servers.start(subject.account, '', {});
    await subject.reach('ready', [room]);
    await subject.ask('shutdown').catch(() => undefined);
    expect((await subject.reach('stopped', [room])).failure).toBeNull();
  });

  it('survives the death of its worker, ready or still starting', async () => {
    const first = subject.worker();
    await first.servers.start(subject.account, '', {});
    await subject.reach('starting', [first]);
    await first.abandon();
    const second = subject.worker();
    await step([second]);
    expect((await subject.server()).state).toBe('starting');
    subject.context.clock.advance(31);
    await subject.reach('ready', [second]);
    const pid = await subject.ask('pid');
    await second.abandon();
    subject.context.clock.advance(31);
    const third = subject.worker();
    await step([third]);
    expect(await subject.ask('pid')).toBe(pid);
    await subject.ask('die').catch(() => undefined);
    await subject.reach('failed', [third]);
  });

  it('that died while no worker lived hands its port to nobody', async () => {
    const room = subject.worker();
    await room.servers.start(subject.account, '', {});
    const { port, job } = await subject.reach('ready', [room]);
    await room.abandon();
    const backend = createProcessBackend({ runAs: 'self' });
    const open = createProvenConnect({ process: backend }, job, port as number);
    (await open()).destroy();
    await subject.ask('die').catch(() => undefined);
    const heard: Socket[] = [];
    const stranger = createServer((socket) => heard.push(socket));
    await expect
      .poll(
        () =>
          new Promise<boolean>((resolve) =>
            stranger
              .once('error', () => resolve(false))
              .listen(Number(port), '127.0.0.1', () => resolve(true)),
          ),
      )
      .toBe(true);
    // The row is as it was: nobody is there to change it.
    expect((await route())?.server.port).toBe(port);
    // Whichever is seen first: the job is over, or somebody else listens.
    await expect(open()).rejects.toThrow(/exit code 9|taken by a process/);
    stranger.close();
    for (const socket of heard) expect(socket.bytesRead).toBe(0);
    subject.context.clock.advance(31);
    await subject.reach('failed', [subject.worker()]);
  });

  it('is started once by two workers, and each of several is started', async () => {
    const workers = [subject.worker(), subject.worker()];
    for (const name of ['one', 'two', 'three']) await workers[0]?.servers.start(subject.account, name, {});
    for (const name of ['one', 'two', 'three']) await subject.reach('ready', workers, name);
    const folders = await readdir(join((await subject.server('one')).directory as string, '..'));
    expect(folders).toHaveLength(3);
  });

  it('is ended with the installation when nothing but its folder is known', async () => {
    const room = subject.worker();
    await room.servers.start(subject.account, '', {});
    const { directory } = await subject.reach('ready', [room]);
    await room.abandon();
    const data = join(directory as string, '..', '..');
    expect(await stopLeftServers(data, createProcessBackend({ runAs: 'self' }), 1)).toBe(1);
    subject.context.clock.advance(31);
    const stopped = await subject.reach('stopped', [subject.worker()]);
    expect(stopped.notice).toContain('stopped together with the platform');
  });
});
