import type { TokenModel } from '@vre/protocol-jupyterhub';
import type { Token } from './token-store.ts';

/** Ids of tokens on the wire: `a17`. */
export const tokenId = (id: number): string => `a${id}`;

/** The number of a token's id; `undefined` for what is none. */
export function tokenNumber(id: string): number | undefined {
  const digits = /^a(\d{1,15})$/.exec(id)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** A token as its owner sees it, without its value. */
export const tokenModelOf = (token: Token, user: string): TokenModel => ({
  kind: 'api_token',
  id: tokenId(token.id),
  user,
  roles: [],
  scopes: [...token.scopes],
  note: token.note,
  created: token.createdAt.toISOString(),
  last_activity: token.lastUsedAt?.toISOString() ?? null,
  expires_at: token.expiresAt?.toISOString() ?? null,
  session_id: token.sessionId,
  oauth_client: token.kind === 'oauth' ? token.oauthClient : 'JupyterHub',
});
