import { bearerToken, scopesOf } from '@vre/identity';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Account } from '../accounts/account.ts';
import type { Membership } from '../groups/group-store.ts';
import type { OwnTokens } from '../tokens/own-token.ts';
import { claimsFor, identityClaims } from '../tokens/token-profile.ts';

/**
 * Userinfo for JWT access tokens of any audience (OpenID Connect Core §5.3): storage and workflow services of the
 * field ask with the token they were given. The library answers opaque tokens only.
 */
export function userinfoRoutes(
  app: FastifyInstance,
  context: {
    readonly mountPath: string;
    readonly ownTokens: OwnTokens;
    accountById(id: string): Promise<Account | undefined>;
    membershipsOf(id: string): Promise<readonly Membership[]>;
  },
): void {
  const refuse = (reply: FastifyReply, status: number, error: string, description: string) =>
    reply
      .code(status)
      .header('www-authenticate', `Bearer error="${error}", error_description="${description}"`)
      .send({ error, error_description: description });

  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    reply.header('cache-control', 'no-store').header('access-control-allow-origin', '*');
    const body = request.body as { access_token?: unknown } | undefined;
    const posted = typeof body?.access_token === 'string' ? body.access_token : undefined;
    const token = bearerToken(request.headers.authorization) ?? posted;
    if (token === undefined) return refuse(reply, 401, 'invalid_token', 'no access token provided');
    const payload = await context.ownTokens.verify(token);
    if (!payload) return refuse(reply, 401, 'invalid_token', 'invalid token provided');
    const scopes = scopesOf(payload.scope);
    if (!scopes.has('openid'))
      return refuse(reply, 403, 'insufficient_scope', 'access token missing openid scope');
    const account = await context.accountById(payload.sub as string);
    if (account?.state !== 'active') return refuse(reply, 401, 'invalid_token', 'the account is disabled');
    const claims = identityClaims(account, await context.membershipsOf(account.id), [...scopes]);
    return claimsFor(claims, scopes);
  };
  app.get(`${context.mountPath}/userinfo`, answer);
  app.post(`${context.mountPath}/userinfo`, answer);
}
