import type { IncomingMessage } from 'node:http';

/** How slowly a body may come: at least `bytes` in every `seconds`, or its end. */
export type BodyProgress = { readonly seconds: number; readonly bytes: number };

/** Slower than any line that people upload over; a large body that goes on may take as long as it likes. */
export const usualBodyProgress: BodyProgress = { seconds: 30, bytes: 16 * 1024 };

/**
 * Calls `tooSlow` when the body of a request stops coming. While the server itself does not read, because its disk or
 * the next server is behind, the client is not blamed. Answers a function that ends the watch.
 */
export function watchBody(
  request: IncomingMessage,
  { seconds, bytes }: BodyProgress,
  tooSlow: () => void,
): () => void {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (encoding === undefined && (length === undefined || length === '0')) return () => undefined;
  let before = request.socket.bytesRead;
  const timer = setInterval(() => {
    const now = request.socket.bytesRead;
    const ours = request.readableLength >= request.readableHighWaterMark;
    if (request.complete || request.destroyed) clearInterval(timer);
    else if (!ours && now - before < bytes) {
      clearInterval(timer);
      tooSlow();
    }
    before = now;
  }, seconds * 1000);
  timer.unref();
  const end = () => clearInterval(timer);
  request.once('end', end);
  request.once('close', end);
  return end;
}
