import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Dispatcher } from 'undici';
import { responseHeaders } from './header-hygiene.ts';
import { browserLocation } from './redirect.ts';
import type { ProxyRoute } from './route-table.ts';
import { serviceFailure } from './service-failure.ts';
import type { Upstream } from './upstream.ts';

export type Forwarded = { readonly status: number; readonly refusedToken: boolean };

const hasBody = (request: IncomingMessage) =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;

/**
 * Passes one request on and streams the answer back; memory holds what fits into the sockets' buffers. Either side
 * going away ends the other. Throws {@link EdgeError} while nothing has been answered yet; later the connection is
 * cut, which is the only way left to say that the answer is incomplete.
 */
export async function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  to: {
    readonly route: ProxyRoute;
    readonly upstream: Upstream;
    readonly path: string;
    readonly headers: string[];
    readonly requestId: string;
    /** Origins under which the service knows itself. */
    readonly origins: readonly string[];
  },
): Promise<Forwarded> {
  const { route, upstream } = to;
  const gone = new AbortController();
  const onClose = () => gone.abort();
  response.once('close', onClose);
  try {
    const path = upstream.basePath + to.path;
    const answer = await upstream.dispatcher
      .request({
        origin: upstream.origin,
        path,
        method: request.method as Dispatcher.HttpMethod,
        headers: to.headers,
        // Behind a pipe: the client's own stream must survive a service that answers before it read everything.
        body: hasBody(request) ? request.pipe(new PassThrough()) : null,
        signal: gone.signal,
      })
      .catch((error: unknown) => {
        throw serviceFailure(route.service, error);
      });
    const headers = responseHeaders(answer.headers, route.access);
    if (route.access.kind === 'session' && typeof headers.location === 'string') {
      try {
        const base = new URL(path, upstream.origin);
        headers.location = browserLocation(route, headers.location, base, to.origins);
      } catch (error) {
        answer.body.on('error', () => undefined).destroy();
        throw error;
      }
    }
    headers['x-request-id'] = to.requestId;
    response.writeHead(answer.statusCode, headers);
    response.flushHeaders();
    await pipeline(answer.body, response);
    return {
      status: answer.statusCode,
      refusedToken: route.access.kind === 'session' && answer.statusCode === 401,
    };
  } finally {
    response.off('close', onClose);
  }
}
