import { revokeReanaToken } from '../launch/reana-token.ts';
import type { ServerParts } from './server-parts.ts';
import type { ServerOwner } from './server-store.ts';
import { openStartSecrets } from './start-secrets.ts';

/** Revokes what an ended start had at other services. One that cannot be reached now is left to the token's own end. */
export async function revokeLeftTokens(
  parts: Pick<ServerParts, 'http' | 'addresses' | 'keeper' | 'secrets' | 'log'>,
  serverId: string,
  owner: ServerOwner,
  sealed: string,
): Promise<boolean> {
  try {
    const { reanaTokenId } = openStartSecrets(parts.secrets, serverId, sealed);
    if (reanaTokenId !== null) await revokeReanaToken(parts, owner, reanaTokenId);
    return true;
  } catch (error) {
    parts.log.warn({ err: error, serverId }, 'the REANA token of an ended server could not be revoked yet');
    return false;
  }
}
