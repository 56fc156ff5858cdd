import type { AccessToken } from '@vre/protocol-reana';
import { ReanaError } from '@vre/protocol-reana';
import type { ServiceContext } from '@vre/service';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Authenticator } from './authenticator.ts';
import { insertToken, listTokens, revokeToken, type TokenRow } from './token-store.ts';

const mintBody = z.object({
  label: z.string().trim().min(1).max(100).optional(),
  /** Another word for the label. */
  name: z.string().trim().min(1).max(100).optional(),
  expiresInDays: z.number().int().min(1).max(3660).optional(),
});

const day = 86_400;

const wire = (row: TokenRow): AccessToken => ({
  id: row.id,
  label: row.label,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at?.toISOString() ?? null,
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
});

/** A REANA token as its clients know them: 22 letters of randomness. It ends after so many seconds. */
export async function mintToken(
  context: Pick<ServiceContext, 'database' | 'identifiers' | 'clock'>,
  accountId: string,
  label: string,
  lifeSeconds: number,
): Promise<AccessToken & { readonly token: string }> {
  const value = context.identifiers.secret(16);
  const now = context.clock.now();
  const row = await insertToken(context.database.direct, {
    id: context.identifiers.uuid(),
    accountId,
    value,
    label,
    now,
    expiresAt: new Date(now.getTime() + lifeSeconds * 1000),
  });
  return { ...wire(row), token: value };
}

/** Tokens are listed, made and revoked by the person signed in, never by a token itself. */
export function tokenRoutes(
  app: FastifyInstance,
  context: ServiceContext,
  authenticator: Authenticator,
  /** Seconds that a token lives when nothing else is asked for. */
  usualLife: number,
): void {
  app.get('/api/x-tokens', async (request) => {
    const { account } = await authenticator.principalCaller(request);
    const rows = await listTokens(context.database.direct, account.id, context.clock.now());
    return { tokens: rows.map(wire) };
  });
  app.post('/api/x-tokens', async (request, reply) => {
    const { account } = await authenticator.principalCaller(request);
    const { label, name, expiresInDays } = mintBody.parse(request.body ?? {});
    const life = expiresInDays === undefined ? usualLife : expiresInDays * day;
    return reply.code(201).send(await mintToken(context, account.id, label ?? name ?? 'my computer', life));
  });
  app.delete<{ Params: { id: string } }>('/api/x-tokens/:id', async (request, reply) => {
    const { account } = await authenticator.principalCaller(request);
    const found = await revokeToken(
      context.database.direct,
      account.id,
      request.params.id,
      context.clock.now(),
    );
    if (!found) throw new ReanaError(404, 'There is no such token, or it was revoked already.');
    return reply.code(204).send();
  });
}
