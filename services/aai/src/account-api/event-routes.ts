import type { Outbox } from '@vre/events';
import { openEventStream } from '@vre/http-server';
import type { FastifyInstance } from 'fastify';
import type { ApiCaller } from './api-principal.ts';

/** `GET /x-events`: the caller's account events as server-sent events, from `Last-Event-ID` on. */
export function eventRoutes(
  app: FastifyInstance,
  path: string,
  context: { readonly outbox: Outbox; readonly caller: ApiCaller },
): void {
  const { outbox } = context;
  app.get(path, async (request, reply) => {
    const account = await context.caller(request, reply);
    const last = request.headers['last-event-id'];
    let cursor = typeof last === 'string' ? last : await outbox.latest();
    const stream = openEventStream(reply);
    let reading = false;
    let again = false;
    const read = async (): Promise<void> => {
      again = true;
      if (reading) return;
      reading = true;
      try {
        while (again && !stream.closed.aborted) {
          again = false;
          for (const event of await outbox.since(cursor, account.id, 100)) {
            cursor = event.cursor;
            again = true;
            stream.send({ id: event.cursor, event: event.topic, data: event.data });
          }
        }
      } catch (error) {
        request.log.error({ err: error }, 'cannot read events');
        stream.close();
      } finally {
        reading = false;
      }
    };
    const unsubscribe = outbox.subscribe(() => void read());
    const safetyNet = setInterval(() => void read(), 5000);
    stream.closed.addEventListener('abort', () => {
      unsubscribe();
      clearInterval(safetyNet);
    });
    await read();
  });
}
