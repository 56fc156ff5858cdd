import { openEventStream } from '@vre/http-server';
import type { FastifyInstance } from 'fastify';
import type { Lake } from './lake.ts';
import { callerOf } from './rest/wire.ts';

const batch = 200;

/** `GET /x-events` (ours): what concerns the caller, as server-sent events; `Last-Event-ID` resumes. */
export function eventRoutes(app: FastifyInstance, lake: Lake): void {
  app.get('/x-events', async (request, reply) => {
    const caller = callerOf(request);
    const last = request.headers['last-event-id'];
    let cursor = (Array.isArray(last) ? last[0] : last) || (await lake.outbox.latest());
    const stream = openEventStream(reply);
    let running = false;
    let again = false;
    const pump = async () => {
      if (running) {
        again = true;
        return;
      }
      running = true;
      try {
        do {
          again = false;
          for (;;) {
            const events = await lake.outbox.since(cursor, caller.subject ?? caller.account, batch);
            for (const event of events) {
              cursor = event.cursor;
              stream.send({ id: event.cursor, event: event.topic, data: event.data });
            }
            if (events.length < batch) break;
          }
        } while (again && !stream.closed.aborted);
      } catch (error) {
        request.log.warn({ err: error }, 'an event stream ended');
        stream.close();
      } finally {
        running = false;
      }
    };
    const unsubscribe = lake.outbox.subscribe(() => void pump());
    // Events of transactions that were still open when the notification came.
    const safetyNet = setInterval(() => void pump(), 5000);
    const lifetime = setTimeout(
      () => stream.close(),
      Math.max(0, Math.min(caller.tokenExpiresAt.getTime() - lake.clock.now().getTime(), 3_600_000)),
    );
    stream.closed.addEventListener('abort', () => {
      unsubscribe();
      clearInterval(safetyNet);
      clearTimeout(lifetime);
    });
    await pump();
    return reply;
  });
}
