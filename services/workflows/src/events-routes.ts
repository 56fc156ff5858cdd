import { streamOutbox } from '@vre/http-server';
import type { ServiceContext } from '@vre/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator } from './authentication/authenticator.ts';

/** Server-sent events of the caller's runs, from `Last-Event-ID` on or from now. */
export function eventRoutes(
  app: FastifyInstance,
  context: ServiceContext,
  authenticator: Authenticator,
): void {
  const stream = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { account } = await authenticator.caller(request);
    await streamOutbox(request, reply, context.outbox, { accountId: account.subject });
  };
  app.get('/api/x-events', stream);
  app.get('/x-events', stream);
}
