import { streamOutbox } from '@vre/http-server';
import type { FastifyInstance } from 'fastify';
import type { Lake } from './lake.ts';
import { callerOf } from './rest/wire.ts';

const longestMilliseconds = 3_600_000;

/** `GET /x-events` (ours): what concerns the caller, as server-sent events; `Last-Event-ID` resumes. */
export function eventRoutes(app: FastifyInstance, lake: Lake): void {
  app.get('/x-events', async (request, reply) => {
    const caller = callerOf(request);
    const tokenMilliseconds = caller.tokenExpiresAt.getTime() - lake.clock.now().getTime();
    await streamOutbox(request, reply, lake.outbox, {
      accountId: caller.subject ?? caller.account,
      longestMilliseconds: Math.min(tokenMilliseconds, longestMilliseconds),
    });
    return reply;
  });
}
