import { randomBytes } from 'node:crypto';
import type { Queryable } from '@vre/database';
import { deleteServerTokens, insertToken } from './token-store.ts';

/** A token as the hub's clients know them: 32 hexadecimal digits. */
export const newTokenValue = (): string => randomBytes(16).toString('hex');

/**
 * The token of one start of a server (`JUPYTERHUB_API_TOKEN`), which is its secret as an OAuth client too. It reports
 * activity and enters its own server, nothing else; {@link revokeServerTokens} ends it.
 */
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
  const value = newTokenValue();
  await insertToken(transaction, {
    value,
    kind: 'server',
    accountId: given.accountId,
    serverId: given.serverId,
    sessionId: null,
    oauthClient: '',
    note: `Server ${given.accountName}/${given.serverName}`,
    scopes: [
      'users:activity!user',
      `access:servers!server=${given.accountName}/${given.serverName}`,
      'access:services',
    ],
    createdAt: given.now,
    expiresAt: null,
  });
  return value;
}

/** Ends the token of a server's start and the tokens that its visitors' browsers have for it. */
export const revokeServerTokens = (transaction: Queryable, serverId: string): Promise<void> =>
  deleteServerTokens(transaction, serverId);
