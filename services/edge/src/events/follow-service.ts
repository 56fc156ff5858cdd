import { setTimeout as pause } from 'node:timers/promises';
import type { HttpClient } from '@vre/http-client';
import { EdgeError } from '../edge-error.ts';
import type { AccessToken } from '../token-broker/token-broker.ts';
import { parseEventStream, type StreamedEvent } from './parse-event-stream.ts';

/** `absent`: the service offers no events (a foreign one), the portal asks it from time to time instead. */
export type FollowState = 'open' | 'away' | 'absent';

const firstPause = 1000;
const longestPause = 30_000;
const renewBeforeMilliseconds = 60_000;

/**
 * Follows one service's events until `signal` aborts: reconnects with growing pauses from where it was, and with a
 * fresh token before the old one expires, so that a person who lost access loses the events too. Rejects only when
 * the session is over.
 */
export async function followService(options: {
  readonly http: HttpClient;
  readonly url: string;
  readonly token: () => Promise<AccessToken>;
  readonly now: () => Date;
  readonly lastEventId: () => string | undefined;
  readonly onEvent: (event: StreamedEvent) => void;
  readonly onState: (state: FollowState) => void;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { http, onState, signal } = options;
  let wait = firstPause;
  while (!signal.aborted) {
    try {
      const { token, expiresAt } = await options.token();
      const until = Math.max(
        expiresAt.getTime() - options.now().getTime() - renewBeforeMilliseconds,
        firstPause,
      );
      const renewal = AbortSignal.timeout(until);
      const lastEventId = options.lastEventId();
      const answer = await http.request(options.url, {
        headers: {
          accept: 'text/event-stream',
          authorization: `Bearer ${token}`,
          ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
        },
        signal: AbortSignal.any([signal, renewal]),
      });
      if (answer.status !== 200) {
        answer.body.on('error', () => undefined).destroy();
        if (answer.status === 404 || answer.status === 405) return onState('absent');
        throw new Error(`the events of ${options.url} answered ${answer.status}`);
      }
      onState('open');
      wait = firstPause;
      try {
        for await (const event of parseEventStream(answer.body)) options.onEvent(event);
      } catch (error) {
        if (!renewal.aborted) throw error;
      }
      // Ended in good order, by the service or for a fresh token: on at once, but never in a busy loop.
      await pause(50, undefined, { signal });
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof EdgeError && error.statusCode === 401) throw error;
      onState('away');
      await pause(wait * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
      wait = Math.min(wait * 2, longestPause);
    }
  }
}
