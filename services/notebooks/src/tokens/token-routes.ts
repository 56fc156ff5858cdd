import { HubError } from '@vre/protocol-jupyterhub';
import type { ServiceContext } from '@vre/service';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Authenticator } from '../access/authenticator.ts';
import type { Caller } from '../access/caller.ts';
import type { People } from '../access/people.ts';
import { isAdministrator, scopesOfNewToken } from '../access/policy.ts';
import { tokenModelOf, tokenNumber } from './token-model.ts';
import { newTokenValue } from './token-service.ts';
import { countTokens, deleteToken, findTokenOf, insertToken, listTokens, type Token } from './token-store.ts';

const newTokenBody = z.looseObject({
  note: z.string().trim().max(255).optional(),
  /** Seconds; the longest allowed life when missing. */
  expires_in: z.number().int().positive().nullish(),
  scopes: z.array(z.string().max(300)).max(100).optional(),
  roles: z.array(z.string().max(100)).max(20).optional(),
});

/** Roles that a token may be asked for; their scopes, as a token keeps them. */
const roleScopes: Readonly<Record<string, readonly string[]>> = {
  token: ['inherit'],
  user: ['self'],
};

/** Of one person; more than anybody looks through. */
const tokensAtMost = 500;

type PersonRequest = FastifyRequest<{ Params: { user: string } }>;
type TokenRequest = FastifyRequest<{ Params: { user: string; id: string } }>;

/** `/users/{user}/tokens`: a person's own tokens, listed, made and revoked. */
export function tokenRoutes(
  app: FastifyInstance,
  context: Pick<ServiceContext, 'database' | 'clock'>,
  parts: {
    readonly authenticator: Authenticator;
    readonly people: People;
    readonly longestLifeSeconds: number;
    readonly administratorGroups: readonly string[];
  },
): void {
  const { database, clock } = context;
  const { authenticator, people } = parts;

  async function wanted(request: TokenRequest, scope: string) {
    const caller = await authenticator.caller(request);
    const account = await people.find(caller, scope, request.params.user);
    const number = tokenNumber(request.params.id);
    const token =
      number === undefined ? undefined : await findTokenOf(database.direct, account.id, number, clock.now());
    if (!token) throw new HubError(404, `There is no such token of ${account.name}: it may have expired.`);
    return { account, token };
  }

  /** A token made by a token ends no later than it. */
  async function latestEnd(caller: Caller, now: Date): Promise<Date> {
    const latest = new Date(now.getTime() + parts.longestLifeSeconds * 1000);
    const number = caller.tokenId === undefined ? undefined : tokenNumber(caller.tokenId);
    if (number === undefined) return latest;
    const own: Token | undefined = await findTokenOf(database.direct, caller.account.id, number, now);
    return own?.expiresAt && own.expiresAt < latest ? own.expiresAt : latest;
  }

  app.get('/users/:user/tokens', async (request: PersonRequest) => {
    const caller = await authenticator.caller(request);
    const account = await people.find(caller, 'read:tokens', request.params.user);
    const tokens = await listTokens(database.direct, account.id, clock.now());
    return { api_tokens: tokens.map((token) => tokenModelOf(token, account.name)) };
  });

  app.get('/users/:user/tokens/:id', async (request: TokenRequest) => {
    const { account, token } = await wanted(request, 'read:tokens');
    return tokenModelOf(token, account.name);
  });

  app.post('/users/:user/tokens', async (request: PersonRequest, reply) => {
    const caller = await authenticator.caller(request);
    const account = await people.find(caller, 'tokens', request.params.user);
    const body = newTokenBody.parse(request.body ?? {});
    const fromRoles = (body.roles ?? []).flatMap((role) => {
      const scopes = roleScopes[role];
      if (scopes === undefined) throw new HubError(400, `There is no role ${role} that a token can have.`);
      return scopes;
    });
    if (body.roles !== undefined && body.scopes !== undefined)
      throw new HubError(400, 'Give scopes or roles, not both.');
    const decision = scopesOfNewToken(
      caller,
      { account, administrator: isAdministrator(account, parts.administratorGroups) },
      body.scopes ?? (body.roles === undefined ? undefined : fromRoles),
    );
    if ('unknown' in decision) throw new HubError(400, `There is no scope ${decision.unknown}.`);
    if ('beyond' in decision)
      throw new HubError(400, `A token cannot be given ${decision.beyond}, which you do not have yourself.`);
    const now = clock.now();
    const count = await countTokens(database.direct, account.id, now);
    if (count >= tokensAtMost)
      throw new HubError(429, `${account.name} has ${count} tokens: revoke some that are not used any more.`);
    const latest = await latestEnd(caller, now);
    const asked = body.expires_in == null ? latest : new Date(now.getTime() + body.expires_in * 1000);
    const value = newTokenValue();
    const token = await insertToken(database.direct, {
      value,
      kind: 'api',
      accountId: account.id,
      serverId: null,
      sessionId: null,
      oauthClient: '',
      note: body.note ?? 'Requested via api',
      scopes: decision.scopes,
      createdAt: now,
      expiresAt: asked < latest ? asked : latest,
    });
    return reply.code(201).send({ ...tokenModelOf(token, account.name), token: value });
  });

  app.delete('/users/:user/tokens/:id', async (request: TokenRequest, reply) => {
    const { account, token } = await wanted(request, 'tokens');
    await deleteToken(database.direct, account.id, token.id);
    return reply.code(204).send();
  });
}
