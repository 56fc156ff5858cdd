import { lakeTokenRequest, writeCredential } from '@vre/client-files';
import type { Daemon } from '@vre/daemon';
import { NotConnected } from '@vre/identity';
import { renewalTime } from '../launch/launch-server.ts';
import { serverFolder } from '../launch/server-folder.ts';
import { serverChanged } from '../servers/server-events.ts';
import type { ServerParts } from '../servers/server-parts.ts';
import type { OwnedServer } from '../servers/server-store.ts';
import { claimRenewals, recordRefusal, recordRenewal } from './renewal-store.ts';

const atOnce = 50;
/** After an answer that did not come, or a refusal: the person may sign in again meanwhile. */
const retrySeconds = 15;

/** Renews the lake tokens of running servers at half of their life. A server goes on when they cannot be renewed. */
export function createTokenRenewal(
  parts: Pick<ServerParts, 'database' | 'outbox' | 'clock' | 'log' | 'addresses' | 'keeper'>,
): Daemon {
  const { database, clock, addresses } = parts;

  async function renew({ server, owner }: OwnedServer): Promise<void> {
    if (server.directory === null) return;
    try {
      const { token, expiresAt } = await parts.keeper.accessToken(owner, lakeTokenRequest(addresses));
      await writeCredential(serverFolder(server.directory).credentials, 'rucio.token', token);
      const renewAt = renewalTime(clock.now(), expiresAt);
      await recordRenewal(database.direct, server.id, server.startNumber, { renewAt, expiresAt });
    } catch (error) {
      if (!(error instanceof NotConnected)) {
        parts.log.warn(
          { err: error, serverId: server.id },
          'could not renew the tokens of a server, trying again',
        );
        return;
      }
      await refused({ server, owner });
    }
  }

  async function refused({ server, owner }: OwnedServer): Promise<void> {
    const until = server.tokensExpireAt?.toISOString() ?? 'soon';
    const notice = `The hub may not act for you any more, so the data lake can be reached from this server until ${until} only: sign in again at ${addresses.notebooks}/hub/login. Nothing in the server is lost.`;
    await database.transaction(async (transaction) => {
      if (!(await recordRefusal(transaction, server.id, server.startNumber, notice))) return;
      await parts.outbox.publish(transaction, [serverChanged(owner.subject, server, 100, notice)]);
    });
  }

  return {
    name: 'token-renewal',
    idleMilliseconds: 2000,
    step: async () => {
      const now = clock.now();
      const again = new Date(now.getTime() + retrySeconds * 1000);
      const due = await database.transaction((transaction) =>
        claimRenewals(transaction, { now, again, limit: atOnce }),
      );
      await Promise.all(due.map(renew));
      return due.length === atOnce ? 'worked' : 'idle';
    },
  };
}
