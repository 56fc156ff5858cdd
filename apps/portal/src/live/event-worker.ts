import { listenToEvents } from './event-stream.ts';
import type { LiveMessage, LiveState } from './live-event.ts';

/**
 * One event stream for all tabs of this browser (a browser allows about six connections to an origin). A tab says
 * `bye` when it closes; the stream ends with the last one.
 */
type WorkerScope = { onconnect: ((event: MessageEvent) => void) | null };

const tabs = new Set<MessagePort>();
let stop: (() => void) | undefined;
let state: LiveState = 'connecting';

const tell = (message: LiveMessage) => {
  if (message.kind === 'state') state = message.state;
  for (const tab of tabs) tab.postMessage(message);
};

(self as unknown as WorkerScope).onconnect = ({ ports: [tab] }) => {
  if (tab === undefined) return;
  tabs.add(tab);
  tab.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data !== 'bye') return;
    tabs.delete(tab);
    if (tabs.size > 0) return;
    stop?.();
    stop = undefined;
  };
  tab.postMessage({ kind: 'state', state } satisfies LiveMessage);
  stop ??= listenToEvents(tell);
};
