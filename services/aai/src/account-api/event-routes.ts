import type { Outbox } from '@vre/events';
import { streamOutbox } from '@vre/http-server';
import type { FastifyInstance } from 'fastify';
import type { ApiCaller } from './api-principal.ts';

/** `GET /x-events`: the caller's account events as server-sent events, from `Last-Event-ID` on. */
export function eventRoutes(
  app: FastifyInstance,
  path: string,
  context: { readonly outbox: Outbox; readonly caller: ApiCaller },
): void {
  app.get(path, async (request, reply) => {
    const account = await context.caller(request, reply);
    await streamOutbox(request, reply, context.outbox, { accountId: account.id });
  });
}
