import { join } from 'node:path';
import { sql } from '@vre/database';
import type { AuditFinding } from '@vre/service';
import { serverFolders, serversDirectory } from '../launch/server-folder.ts';
import { jobsIn } from './server-jobs.ts';
import type { ServerParts } from './server-parts.ts';
import { type OwnedRow, ownerColumns, serverColumns } from './server-store.ts';

/** Invariants between rows, jobs and tokens of servers. */
export async function auditServers(
  parts: Pick<ServerParts, 'database' | 'clock' | 'dataDirectory' | 'backends' | 'local'>,
): Promise<readonly AuditFinding[]> {
  const { database, dataDirectory } = parts;
  const now = parts.clock.now();
  const { rows: findings } = await sql<AuditFinding>`
    select 'somebody looks after every server that runs or is started' as invariant, id::text as subject,
      'it is ' || state || ', and no worker was heard of since ' || coalesce(lease_until::text, 'it was given back') as detail
    from hub.server where state in ('preparing', 'starting', 'stopping') and (lease_until is null or lease_until < ${now}::timestamptz - interval '5 minutes')
    union all
    select 'no token outlives its server', server.id::text, 'the server is ' || state || ', a token of it is not revoked'
    from hub.server join hub.token on token.server_id = server.id and token.kind = 'server'
    where state in ('stopped', 'failed')
    union all
    select 'a ready server has a job and a port', id::text, 'its job or port is missing'
    from hub.server where state = 'ready' and (job is null or port is null)`.execute(database.direct);

  const { rows: running } = await sql<OwnedRow>`
    select ${serverColumns}, ${ownerColumns} from hub.server join hub.account on account.id = server.account_id
    where state not in ('stopped', 'failed') and directory is not null`.execute(database.direct);
  const lost = await Promise.all(
    running
      .filter(({ state }) => state === 'ready')
      .map(async (server) => ({
        server,
        state: await jobsIn(parts, server.directory ?? '', server.job).state(),
      })),
  );
  const used = new Set(running.map(({ directory }) => directory));
  const orphans = await Promise.all(
    (await serverFolders(dataDirectory))
      .map((name) => join(serversDirectory(dataDirectory), name))
      .filter((directory) => !used.has(directory))
      .map(async (directory) => ({ directory, state: await jobsIn(parts, directory).state() })),
  );
  return [
    ...findings,
    ...lost
      .filter(({ state }) => state.state === 'ended')
      .map(({ server }) => ({
        invariant: 'a ready server has a running job',
        subject: server.id,
        detail: 'its job has ended',
      })),
    ...orphans
      .filter(({ state }) => state.state !== 'ended')
      .map(({ directory }) => ({
        invariant: 'every running job belongs to a server',
        subject: directory,
        detail: 'a job runs there, its server does not',
      })),
  ];
}
