import { openEventStream } from '@vre/http-server';
import type { ServiceContext } from '@vre/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator } from './authentication/authenticator.ts';

const pollMilliseconds = 5000;
const batch = 200;

/** Server-sent events of the caller's runs, from `Last-Event-ID` on or from now. */
export function eventRoutes(
  app: FastifyInstance,
  context: ServiceContext,
  authenticator: Authenticator,
): void {
  const { outbox } = context;
  const stream = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { account } = await authenticator.caller(request);
    const given = request.headers['last-event-id'];
    let cursor = typeof given === 'string' && given !== '' ? given : await outbox.latest();
    const events = openEventStream(reply);
    let running = false;
    let again = false;
    const pump = async (): Promise<void> => {
      again = true;
      if (running) return;
      running = true;
      try {
        while (again && !events.closed.aborted) {
          again = false;
          for (;;) {
            const found = await outbox.since(cursor, account.subject, batch);
            for (const event of found) {
              events.send({ id: event.cursor, event: event.topic, data: event.data });
              cursor = event.cursor;
            }
            if (found.length < batch) break;
          }
        }
      } catch (error) {
        request.log.warn({ err: error }, 'an event stream ended with an error');
        events.close();
      } finally {
        running = false;
      }
    };
    const unsubscribe = outbox.subscribe(() => void pump());
    const timer = setInterval(() => void pump(), pollMilliseconds);
    events.closed.addEventListener('abort', () => {
      unsubscribe();
      clearInterval(timer);
    });
    await pump();
  };
  app.get('/api/x-events', stream);
  app.get('/x-events', stream);
}
