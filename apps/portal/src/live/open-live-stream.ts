import { listenToEvents } from './event-stream.ts';
import type { LiveMessage } from './live-event.ts';

/** Events through the worker that all tabs share, or through a stream of this tab's own where there is none. */
export function openLiveStream(tell: (message: LiveMessage) => void): () => void {
  if (typeof SharedWorker === 'undefined') return listenToEvents(tell);
  const worker = new SharedWorker(new URL('./event-worker.ts', import.meta.url), {
    type: 'module',
    name: 'vre-events',
  });
  worker.port.onmessage = ({ data }: MessageEvent<LiveMessage>) => tell(data);
  worker.port.start();
  const leave = () => worker.port.postMessage('bye');
  window.addEventListener('pagehide', leave);
  return () => {
    window.removeEventListener('pagehide', leave);
    leave();
    worker.port.close();
  };
}
