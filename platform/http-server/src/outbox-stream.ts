import type { FastifyReply, FastifyRequest } from 'fastify';
import { openEventStream } from './event-stream.ts';

/** What a stream reads: the outbox of a service. */
export interface EventSource {
  since(
    cursor: string,
    accountId: string,
    limit: number,
  ): Promise<
    readonly {
      readonly cursor: string;
      readonly topic: string;
      readonly data: Readonly<Record<string, unknown>>;
    }[]
  >;
  latest(): Promise<string>;
  subscribe(onEvents: () => void): () => void;
}

const batch = 200;
/** Events of transactions that were still open when the notification came. */
const safetyNetMilliseconds = 5000;

/**
 * Sends an account's events of an outbox as server-sent events until the client leaves: from `Last-Event-ID` on, or
 * from now. `longestMilliseconds` ends the stream with the credential that opened it; `hold` is called with a way to
 * cut it when the session of its browser ends, and returns how to let go.
 */
export async function streamOutbox(
  request: FastifyRequest,
  reply: FastifyReply,
  outbox: EventSource,
  reader: {
    readonly accountId: string;
    readonly longestMilliseconds?: number;
    readonly hold?: ((cut: () => void) => () => void) | undefined;
  },
): Promise<void> {
  const given = request.headers['last-event-id'];
  let cursor = typeof given === 'string' && given !== '' ? given : await outbox.latest();
  const stream = openEventStream(reply);
  let running = false;
  let again = false;
  const pump = async (): Promise<void> => {
    again = true;
    if (running) return;
    running = true;
    try {
      while (again && !stream.closed.aborted) {
        again = false;
        for (;;) {
          const events = await outbox.since(cursor, reader.accountId, batch);
          for (const event of events) {
            cursor = event.cursor;
            stream.send({ id: event.cursor, event: event.topic, data: event.data });
          }
          if (events.length < batch) break;
        }
      }
    } catch (error) {
      request.log.warn({ err: error }, 'an event stream ended with an error');
      stream.close();
    } finally {
      running = false;
    }
  };
  const unsubscribe = outbox.subscribe(() => void pump());
  const safetyNet = setInterval(() => void pump(), safetyNetMilliseconds);
  const lifetime =
    reader.longestMilliseconds === undefined
      ? undefined
      : setTimeout(() => stream.close(), Math.max(0, reader.longestMilliseconds));
  const release = reader.hold?.(() => stream.close());
  stream.closed.addEventListener('abort', () => {
    release?.();
    unsubscribe();
    clearInterval(safetyNet);
    clearTimeout(lifetime);
  });
  await pump();
}
