import { join } from 'node:path';
import type { Daemon } from '@vre/daemon';
import {
  removeServerFolder,
  serverFolders,
  serversDirectory,
  tidyServerFolder,
} from '../launch/server-folder.ts';
import { revokeLeftTokens } from './left-tokens.ts';
import { jobsIn } from './server-jobs.ts';
import { claimLeft, currentFolders, type LeftServer, settleLeft } from './server-left-store.ts';
import type { ServerParts } from './server-parts.ts';

const atOnce = 20;
const retrySeconds = 600;
const folderLookMilliseconds = 600_000;

/** Clears away what ended servers leave: tokens at other services, credentials on disk, folders of earlier starts. */
export function createServerJanitor(parts: ServerParts): Daemon {
  const { database, clock, dataDirectory } = parts;
  const worker = parts.identifiers.uuid();
  let folderLook = 0;

  async function settle({ server, owner, sealedSecrets }: LeftServer): Promise<void> {
    if (server.directory !== null) {
      // A starter that was killed while it submitted may have left a job that nobody wrote down.
      await jobsIn(parts, server.directory, server.job).cancel(0);
      await tidyServerFolder(server.directory);
    }
    // Otherwise the lease keeps it away for a while, and it is tried again.
    if (sealedSecrets !== null && !(await revokeLeftTokens(parts, server.id, owner, sealedSecrets))) return;
    await database.transaction((transaction) => settleLeft(transaction, worker, server.id));
  }

  async function removeOldFolders(): Promise<void> {
    const found = await serverFolders(dataDirectory);
    // Read afterwards: a start that begins in between has its row already.
    const current = await currentFolders(database.direct);
    for (const name of found) {
      if (current.has(name)) continue;
      await jobsIn(parts, join(serversDirectory(dataDirectory), name)).cancel(0);
      await removeServerFolder(dataDirectory, name);
    }
  }

  return {
    name: 'server-janitor',
    idleMilliseconds: 30_000,
    step: async () => {
      const now = clock.now();
      if (now.getTime() - folderLook >= folderLookMilliseconds) {
        folderLook = now.getTime();
        await parts.outbox.prune(now);
        await removeOldFolders();
      }
      const until = new Date(now.getTime() + retrySeconds * 1000);
      const left = await database.transaction((transaction) =>
        claimLeft(transaction, { worker, now, until, limit: atOnce }),
      );
      const results = await Promise.allSettled(left.map(settle));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      return left.length === atOnce ? 'worked' : 'idle';
    },
  };
}
