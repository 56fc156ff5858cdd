import { createHash, timingSafeEqual } from 'node:crypto';
import type { ServiceContext } from '@vre/service';
import type { Caller } from '../access/caller.ts';
import { mayEnter } from '../access/policy.ts';
import { oauthClientId, serverPrefix } from '../servers/server.ts';
import { newTokenValue } from '../tokens/token-service.ts';
import { insertToken } from '../tokens/token-store.ts';
import * as store from './oauth-store.ts';

/** The hub as an OAuth provider for people's servers (RFC 6749 §4.1, RFC 7636), its only clients. */
export interface OAuthService {
  /** The server that asks; `undefined` unless its client id and its redirect address are one's own. */
  client(clientId: string, redirectUri: string): Promise<store.OAuthClient | undefined>;
  /** A code for a browser that may enter the server; `undefined` when it may not. */
  authorize(
    caller: Caller,
    client: store.OAuthClient,
    given: { readonly redirectUri: string; readonly challenge: string | undefined },
  ): Promise<string | undefined>;
  /** Exchanges a code for a token that is bound to the browser's session. */
  token(
    request: TokenRequest,
  ): Promise<
    | { readonly accessToken: string; readonly scopes: readonly string[]; readonly expiresIn: number }
    | { readonly error: 'invalid_client' | 'invalid_grant'; readonly description: string }
  >;
}

export type TokenRequest = {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly code: string;
  readonly redirectUri: string;
  readonly verifier: string | undefined;
};

const codeMilliseconds = 5 * 60_000;
/** Tabs that were opened at the same moment each do the dance: the tokens of the first must not die at once. */
const overlapMilliseconds = 10 * 60_000;

export function createOAuthService(
  context: Pick<ServiceContext, 'database' | 'clock' | 'identifiers'>,
  sessionLifeSeconds: number,
): OAuthService {
  const { database, clock, identifiers } = context;

  return {
    client: async (clientId, redirectUri) => {
      // The redirect address says which server it is; a client id alone could be read in two ways.
      const [, user, server] = /^\/user\/([^/?#]+)\/(?:([^/?#]+)\/)?oauth_callback$/.exec(redirectUri) ?? [];
      const names = [user, server ?? ''].map(decoded);
      const [accountName, serverName] = names;
      if (accountName === undefined || serverName === undefined) return undefined;
      const isOwn =
        clientId === oauthClientId(accountName, serverName) &&
        redirectUri === `${serverPrefix(accountName, serverName)}oauth_callback`;
      return isOwn ? store.findClient(database.direct, accountName, serverName) : undefined;
    },

    authorize: async (caller, client, given) => {
      const { serverId, serverName, accountId, accountName } = client;
      const may = mayEnter(caller, { id: serverId, name: serverName, accountId, accountName });
      if (!may || caller.sessionId === undefined) return undefined;
      const value = identifiers.secret(32);
      await store.insertCode(database.direct, {
        value,
        clientId: oauthClientId(accountName, serverName),
        serverId,
        accountId: caller.account.id,
        sessionId: caller.sessionId,
        redirectUri: given.redirectUri,
        challenge: given.challenge ?? null,
        scopes: [
          `access:servers!server=${accountName}/${serverName}`,
          'read:users:name!user',
          'read:users:groups!user',
        ],
        expiresAt: new Date(clock.now().getTime() + codeMilliseconds),
      });
      return value;
    },

    token: async (request) => {
      const now = clock.now();
      const client = await store.findClientBySecret(database.direct, request.clientSecret);
      if (!client || oauthClientId(client.accountName, client.serverName) !== request.clientId)
        return { error: 'invalid_client', description: 'This is not the token of the running server.' };
      const { serverId } = client;
      return database.transaction(async (transaction) => {
        const code = await store.consumeCode(transaction, request.code, serverId, now);
        if (!code) return refused('The code is unknown, was used already, or is older than five minutes.');
        if (code.redirectUri !== request.redirectUri)
          return refused('The redirect address is not the one that the code was issued for.');
        if (!isProven(code.challenge, request.verifier))
          return refused('The code verifier does not fit the challenge.');
        await store.deleteOAuthTokens(
          transaction,
          code.sessionId,
          serverId,
          new Date(now.getTime() - overlapMilliseconds),
        );
        const accessToken = newTokenValue();
        await insertToken(transaction, {
          value: accessToken,
          kind: 'oauth',
          accountId: code.accountId,
          serverId,
          sessionId: code.sessionId,
          oauthClient: code.clientId,
          note: `Browser in the server ${client.accountName}/${client.serverName}`,
          scopes: code.scopes,
          createdAt: now,
          expiresAt: new Date(now.getTime() + sessionLifeSeconds * 1000),
        });
        return { accessToken, scopes: code.scopes, expiresIn: sessionLifeSeconds };
      });
    },
  };
}

const refused = (description: string) => ({ error: 'invalid_grant' as const, description });

/** A challenge that was given must be answered; a verifier without a challenge is refused (RFC 9700 §2.1.1). */
function isProven(challenge: string | null, verifier: string | undefined): boolean {
  if (challenge === null) return verifier === undefined;
  const answer = createHash('sha256')
    .update(verifier ?? '')
    .digest('base64url');
  return answer.length === challenge.length && timingSafeEqual(Buffer.from(answer), Buffer.from(challenge));
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
