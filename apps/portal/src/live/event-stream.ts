import { type LiveMessage, topics } from './live-event.ts';

const reconnectMilliseconds = 5_000;

/**
 * Listens to `/x/events`. The browser resumes by `Last-Event-ID` on its own after a dropped connection; after a
 * refusal (session over, service starting) it gives up, so we ask again. Answers the function that stops it.
 */
export function listenToEvents(tell: (message: LiveMessage) => void): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const connect = () => {
    source = new EventSource('/x/events');
    source.onopen = () => tell({ kind: 'state', state: 'open' });
    source.onerror = () => {
      tell({ kind: 'state', state: 'lost' });
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(connect, reconnectMilliseconds);
    };
    for (const topic of topics) {
      source.addEventListener(topic, ({ data, lastEventId }: MessageEvent<string>) => {
        tell({ kind: 'event', event: { id: lastEventId, topic, data: JSON.parse(data) } });
      });
    }
  };
  connect();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}
