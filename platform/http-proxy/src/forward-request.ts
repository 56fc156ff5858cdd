import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import type { Dispatcher } from 'undici';

/** Head of an answer, with lower-case header names. */
export type AnswerHead = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
};

const hasBody = (request: IncomingMessage) =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;

/**
 * Passes one request on and streams the answer back; memory holds what fits into the sockets' buffers. Either side
 * going away ends the other. `answer` may change the head for the client, or throw to refuse the answer.
 *
 * Resolves with the status when the last byte was handed to the client's socket. Rejects with what went wrong: while
 * `response.headersSent` is false the caller can still answer; later the connection is cut here, which is the only
 * way left to say that the answer is incomplete.
 */
export function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  to: {
    readonly dispatcher: Dispatcher;
    readonly origin: string;
    /** With query, as the other side shall see it. */
    readonly path: string;
    /** Flat names and values, complete: nothing is added but what frames the message. */
    readonly headers: string[];
    readonly answer: (head: AnswerHead) => Record<string, string | string[]>;
  },
): Promise<number> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let status = 0;
    let over = false;
    const settle = (error: unknown): void => {
      if (over) return;
      over = true;
      response.off('close', onClose).off('drain', onDrain);
      if (error === undefined) {
        resolve(status);
        return;
      }
      if (response.headersSent) response.destroy();
      reject(error);
    };
    const onDrain = () => controller?.resume();
    const onClose = () => {
      if (over) return;
      const error = new Error('the client went away');
      controller?.abort(error);
      settle(error);
    };
    response.once('close', onClose).on('drain', onDrain);
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: (started) => {
        controller = started;
        if (over) started.abort(new Error('the client went away'));
      },
      onResponseStart: (_controller, code, headers) => {
        // Interim answers (1xx) say nothing yet.
        if (code < 200 || over) return;
        status = code;
        try {
          response.writeHead(code, to.answer({ status: code, headers }));
          // Streams of events begin with silence: the head goes out now, with the first piece if that came along.
          process.nextTick(() => response.flushHeaders());
        } catch (error) {
          controller?.abort(error as Error);
          settle(error);
        }
      },
      onResponseData: (_controller, chunk) => {
        if (!over && !response.write(chunk)) controller?.pause();
      },
      onResponseEnd: () => {
        if (!over) response.end(() => settle(undefined));
      },
      onResponseError: (_controller, error) => settle(error),
    };
    try {
      to.dispatcher.dispatch(
        {
          origin: to.origin,
          path: to.path,
          method: request.method as Dispatcher.HttpMethod,
          headers: to.headers,
          // Behind a pipe: the client's own stream must survive a server that answers before it read everything.
          body: hasBody(request) ? request.pipe(new PassThrough()) : null,
        },
        handler,
      );
    } catch (error) {
      settle(error);
    }
  });
}
