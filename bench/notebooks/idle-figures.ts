import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobRef } from '@vre/compute-port';
import { createProcessBackend } from '@vre/compute-process';
import { openDatabase, sql } from '@vre/database';
import { createLogger } from '@vre/telemetry';
import { loadConfiguration } from '../../apps/vre/src/configuration/configuration.ts';
import { databaseUrl } from '../../apps/vre/src/installation/database-address.ts';
import { startPlatformForTests, type TestPlatform } from '../../apps/vre/tests/harness/platform.ts';
import type { Figure } from '../measurement.ts';
import { descendantsOf, processorSecondsWithEnded } from '../processor-time.ts';

const servers = 200;
const foldersInAHome = 200;
const seconds = 60;

/**
 * What the platform spends on 200 servers in which nothing happens, as a share of one core: rows that are ready, each
 * with a real job (that sleeps) and a home with files, looked after by the daemons of a running platform.
 */
export async function idleFigures(): Promise<readonly Figure[]> {
  const platform = await startPlatformForTests({ name: 'bench-idle' });
  try {
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    const before = await shareOfACore(platform);
    const cancel = await addServers(platform);
    try {
      // Adopted within two turns of the watcher.
      await new Promise((resolve) => setTimeout(resolve, 15_000));
      const share = await shareOfACore(platform);
      process.stderr.write(`idle: ${before.toFixed(4)} without, ${share.toFixed(4)} with servers\n`);
      return [
        {
          what: `platform with ${servers} idle servers, more than without`,
          measured: (share - before) * 100,
          unit: '% of a core',
          bound: 'at most',
          limit: 5,
          peer: { name: 'no servers', measured: before * 100 },
        },
      ];
    } finally {
      await cancel();
    }
  } finally {
    await platform.dispose();
  }
}

async function shareOfACore(platform: TestPlatform): Promise<number> {
  const { supervisor } = await platform.pids();
  const used = () =>
    [supervisor, ...descendantsOf(supervisor)].reduce((sum, pid) => sum + processorSecondsWithEnded(pid), 0);
  const [begun, before] = [performance.now(), used()];
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return (used() - before) / ((performance.now() - begun) / 1000);
}

/** Puts servers into the database as a start leaves them; the function returned ends their jobs. */
async function addServers(platform: TestPlatform): Promise<() => Promise<void>> {
  const { installation, dataDirectory } = platform;
  const configuration = await loadConfiguration({ file: join(dataDirectory, 'vre.yaml') });
  const database = openDatabase(
    await databaseUrl(installation, configuration),
    createLogger({ name: 'bench', level: 'error' }),
  );
  const backend = createProcessBackend({
    runAs: ({ number }) => ({ uid: 40_000 + number, gid: 40_000 + number }),
  });
  const jobs: JobRef[] = [];
  for (let index = 0; index < servers; index++) {
    const [accountId, id] = [randomUUID(), randomUUID()];
    const directory = join(dataDirectory, 'notebooks', 'servers', `${id}.1`);
    const home = join(dataDirectory, 'notebooks', 'homes', accountId);
    await mkdir(join(directory, 'control'), { recursive: true });
    for (let folder = 0; folder < foldersInAHome; folder += 10)
      await mkdir(join(home, `${folder}`, '1/2/3/4/5/6/7/8/9'), { recursive: true });
    const job = await backend.submit({
      jobId: `server-${id}.1`,
      jobDirectory: join(directory, 'control'),
      command: ['/bin/sleep', '3600'],
      workingDirectory: home,
      environment: {},
      secretFiles: [],
      mounts: [{ source: home, target: home, readOnly: false }],
      limits: { memoryBytes: 4e9, processes: 2048, diskBytes: 50e9 },
      network: 'open',
      principal: { accountId, username: `idle${index}`, number: index + 1 },
    });
    jobs.push(job);
    await sql`
      insert into hub.account (id, issuer, subject, name, username, created_at)
      values (${accountId}, 'bench', ${accountId}, ${`idle${index}`}, ${`idle${index}`}, now())`.execute(
      database.direct,
    );
    await sql`
      insert into hub.server (id, account_id, name, state, start_number, profile, job, directory, port, requested_at,
        ready_at, last_activity_at)
      values (${id}, ${accountId}, '', 'ready', 1, 'minimal', ${JSON.stringify(job)}::jsonb, ${directory},
        ${20_000 + index}, now(), now(), now())`.execute(database.direct);
  }
  return async () => {
    const { rows } = await sql<{ state: string; count: number; held: number }>`
      select state, count(*)::int as count, count(lease_holder)::int as held from hub.server group by state`.execute(
      database.direct,
    );
    await database.close();
    // One after the other: each looks at every process of the machine.
    for (const job of jobs) await backend.cancel(job, { graceSeconds: 0 });
    const [row] = rows;
    if (rows.length !== 1 || row?.state !== 'ready' || row.held !== servers)
      throw new Error(`the servers were not looked after: ${JSON.stringify(rows)}`);
  };
}
