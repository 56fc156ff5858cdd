import type { HttpClient } from '@vre/http-client';
import { openEventStream } from '@vre/http-server';
import type { Addresses, Clock, ServiceName } from '@vre/service';
import type { FastifyInstance } from 'fastify';
import { EdgeError } from '../edge-error.ts';
import type { RequireSession, Sessions } from '../sessions/index.ts';
import type { TokenBroker, WantedToken } from '../token-broker/index.ts';
import { formatEventCursor, parseEventCursor } from './event-cursor.ts';
import { followService } from './follow-service.ts';

/** A service whose events are merged, and the token it accepts. */
export type EventSource = {
  readonly service: ServiceName;
  readonly path: string;
  readonly wanted: WantedToken;
  /** An event of this name means that the person's rights changed: the issuer is asked again at once. */
  readonly rightsEvent?: string;
};

export type EventRoutesOptions = {
  readonly http: HttpClient;
  readonly addresses: Addresses;
  readonly clock: Clock;
  readonly sessions: Sessions;
  readonly requireSession: RequireSession;
  readonly tokens: TokenBroker;
  readonly sources: readonly EventSource[];
};

/** A browser shares one stream between its tabs; some room for reloads and browsers without SharedWorker. */
const connectionsAtMost = 20;
/** Bytes that may wait for a slow reader before the stream is cut; it comes back with its cursor. */
const backlogAtMost = 1_000_000;

/**
 * `GET /x/events`: every service's `/x-events` in one stream. Event names are the services' topics; the event
 * `x-source` tells `{service, state: open|away|absent}`. Ends when the session does, in whichever process.
 */
export function eventRoutes(app: FastifyInstance, options: EventRoutesOptions): void {
  const { sessions, sources, tokens } = options;
  app.get('/x/events', async (request, reply) => {
    const session = await options.requireSession(request.raw);
    if (sessions.watch.count(session.id) >= connectionsAtMost)
      throw new EdgeError('too-many-streams', 'This browser has too many open connections: close some tabs.');
    const lastEventId = request.headers['last-event-id'];
    const cursor = parseEventCursor(
      typeof lastEventId === 'string' ? lastEventId : undefined,
      sources.map(({ service }) => service),
    );
    reply.raw.setHeader('x-content-type-options', 'nosniff');
    reply.raw.setHeader('x-request-id', request.id);
    const stream = openEventStream(reply);
    const release = sessions.watch.hold(session.id, stream.close);
    stream.closed.addEventListener('abort', release, { once: true });

    const send = (event: string, data: unknown) => {
      if (reply.raw.writableLength > backlogAtMost) return stream.close();
      stream.send({ id: formatEventCursor(cursor), event, data });
    };
    const askAgain = async (wanted: WantedToken) => {
      await tokens.forget(session.id, wanted.audience);
      // A refusal ends the session, and with it this stream and every other connection it holds.
      await tokens.accessToken(session.id, wanted);
    };
    const following = sources.map(({ service, path, wanted, rightsEvent }) => {
      let told: string | undefined;
      return followService({
        http: options.http,
        url: options.addresses.internal(service) + path,
        token: () => tokens.accessToken(session.id, wanted),
        now: () => options.clock.now(),
        lastEventId: () => cursor.get(service),
        signal: stream.closed,
        onState: (state) => {
          if (state !== told) send('x-source', { service, state });
          told = state;
        },
        onEvent: ({ id, event, data }) => {
          if (id !== undefined && id !== '') cursor.set(service, id);
          send(event ?? 'message', parsed(data));
          if (event !== undefined && event === rightsEvent)
            askAgain(wanted).catch((error: unknown) =>
              request.log.info({ err: error }, 'the rights of a signed-in person changed'),
            );
        },
      });
    });
    Promise.all(following).catch((error: unknown) => {
      request.log.debug({ err: error }, 'a stream of events ended with its session');
      stream.close();
    });
  });
}

/** Services send JSON; anything else travels as text. */
function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}
