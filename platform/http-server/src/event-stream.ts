import type { FastifyReply } from 'fastify';

/** One open stream of server-sent events. */
export interface EventStream {
  send(event: { readonly id?: string; readonly event?: string; readonly data: unknown }): void;
  close(): void;
  /** Aborts when the client went away or the stream was closed. */
  readonly closed: AbortSignal;
}

const heartbeatMilliseconds = 15_000;

/** A reader that lets this much pile up has gone or is stuck; it may come back with Last-Event-ID. */
const largestBacklog = 1024 * 1024;

/** Takes the reply over as `text/event-stream` (WHATWG HTML §9.2), with a comment every 15 s to keep proxies awake. */
export function openEventStream(reply: FastifyReply): EventStream {
  reply.hijack();
  const { raw } = reply;
  const abort = new AbortController();
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  raw.write(':\n\n');
  const heartbeat = setInterval(() => raw.write(':\n\n'), heartbeatMilliseconds);
  const close = () => {
    if (abort.signal.aborted) return;
    clearInterval(heartbeat);
    abort.abort();
    raw.end();
  };
  raw.on('close', close);
  return {
    closed: abort.signal,
    close,
    send: ({ id, event, data }) => {
      if (abort.signal.aborted) return;
      const head = `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}`;
      raw.write(`${head}data: ${JSON.stringify(data)}\n\n`);
      if (raw.writableLength > largestBacklog) close();
    },
  };
}
