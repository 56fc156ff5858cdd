import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from '@vre/database';
import { type TestContext, testContext } from '@vre/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { saveAccount } from '../authentication/account-store.ts';
import { workflowsMigrations } from '../workflows-migrations.ts';
import { createWorkspaces } from '../workspace/workspaces.ts';
import { createRunJanitor } from './run-janitor.ts';

let context: TestContext;
beforeAll(async () => {
  context = await testContext('workflows', workflowsMigrations);
});
afterAll(() => context.dispose());

it('files that cannot be removed keep no others on disk', async () => {
  const { database, clock, identifiers, outbox, dataDirectory } = context;
  const account = await saveAccount(database.direct, {
    id: identifiers.uuid(),
    issuer: 'https://issuer.example/',
    subject: 'ada',
    username: 'ada',
    fullName: undefined,
    email: undefined,
    now: clock.now(),
  });
  const runs = Array.from({ length: 25 }, () => identifiers.uuid());
  for (const [at, id] of runs.entries()) {
    await sql`insert into workflows.run (id, account_id, name, run_major, run_minor, status, specification, workspace_id,
        created_at, deleted_at)
      values (${id}, ${account.id}, ${`r${at}`}, 1, 0, 'deleted', '{}', ${id}, ${clock.now()}, ${clock.now()})`.execute(
      database.direct,
    );
  }
  const leftover = join(dataDirectory, 'jobs', runs[24] as string, 'job.1');
  await mkdir(leftover, { recursive: true });
  await writeFile(join(leftover, 'log'), 'x');
  const stubborn = new Set(runs.slice(0, 22));
  const workspaces = createWorkspaces(dataDirectory);
  const janitor = createRunJanitor({
    database,
    outbox,
    clock,
    dataDirectory,
    workspaces: {
      ...workspaces,
      remove: async (key) => {
        if (stubborn.has(key.workspaceId)) throw new Error('Input/output error');
        await workspaces.remove(key);
      },
    },
  });
  const step = () => janitor.step(AbortSignal.timeout(10_000));
  const left = async () =>
    (
      await sql<{ id: string }>`select id from workflows.run where files_removed_at is null`.execute(
        database.direct,
      )
    ).rows.map(({ id }) => id);

  await expect(step()).rejects.toThrow('Input/output error');
  await step().catch(() => undefined);
  expect((await left()).sort()).toEqual([...stubborn].sort());
  expect(await step()).toBe('idle');
  stubborn.clear();
  clock.advance(601);
  while ((await step()) === 'worked');
  expect(await left()).toEqual([]);
});
