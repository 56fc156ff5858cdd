import { bearerToken } from '@vre/identity';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Account, AccountError } from '../accounts/account.ts';
import type { OwnTokens } from '../tokens/own-token.ts';

/** Who calls the account API: an active account behind a valid token for the audience `aai`. */
export type ApiCaller = (request: FastifyRequest, reply: FastifyReply) => Promise<Account>;

export function createApiCaller(
  ownTokens: OwnTokens,
  audience: string,
  accountById: (id: string) => Promise<Account | undefined>,
): ApiCaller {
  return async (request, reply) => {
    const token = bearerToken(request.headers.authorization);
    const payload = token === undefined ? undefined : await ownTokens.verify(token, audience);
    // A service's own token has its client id as subject, which is no account.
    const isPerson = payload?.sub !== undefined && payload.sub !== payload.client_id;
    const account = isPerson ? await accountById(payload.sub as string) : undefined;
    if (account?.state !== 'active') {
      reply.header(
        'www-authenticate',
        `Bearer realm="aai"${token === undefined ? '' : ', error="invalid_token"'}`,
      );
      throw new AccountError(401, `Send a valid access token for the audience "${audience}".`);
    }
    return account;
  };
}

/** Only administrators pass; the database decides, not the token. */
export const administratorOf =
  (caller: ApiCaller): ApiCaller =>
  async (request, reply) => {
    const account = await caller(request, reply);
    if (!account.administrator) throw new AccountError(403, 'Only administrators may do this.');
    return account;
  };
