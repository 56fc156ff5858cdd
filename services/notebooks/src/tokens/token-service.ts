import { createHash, randomBytes } from 'node:crypto';
import { type Queryable, sql } from '@vre/database';

/** A token for one start of a server: it may tell of its activity, and let in whoever may come in. Shown once. */
export async function issueServerToken(
  transaction: Queryable,
  given: {
    readonly accountId: string;
    readonly accountName: string;
    readonly serverId: string;
    readonly serverName: string;
    readonly now: Date;
  },
): Promise<string> {
  const token = randomBytes(16).toString('hex');
  const scopes = [
    'users:activity!user',
    `access:servers!server=${given.accountName}/${given.serverName}`,
    'access:services',
  ];
  await sql`
    insert into hub.token (hash, kind, account_id, server_id, note, scopes, created_at)
    values (${createHash('sha256').update(token).digest()}, 'server', ${given.accountId}, ${given.serverId},
            ${`Server ${given.accountName}/${given.serverName}`}, ${scopes}::text[], ${given.now})`.execute(
    transaction,
  );
  return token;
}

/** Ends the server's own token, and those given to the browsers that came to it. */
export async function revokeServerTokens(transaction: Queryable, serverId: string): Promise<void> {
  await sql`
    delete from hub.token where server_id = ${serverId} and kind in ('server', 'oauth')`.execute(transaction);
}
