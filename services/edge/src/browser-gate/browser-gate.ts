import type { IncomingMessage } from 'node:http';

/** What a browser tells about a request, apart from its credentials. */
export type BrowserRequest = {
  readonly method: string;
  /** Raw path, query allowed. */
  readonly path: string;
  readonly isUpgrade: boolean;
  readonly secFetchSite: string | undefined;
  readonly origin: string | undefined;
  /** Value of `X-VRE`, which no form and no cross-origin script can send without a preflight. */
  readonly vreHeader: string | undefined;
};

/** `reason` is one sentence for the person who wrote the request. */
export type GateDecision =
  | { readonly honoured: true }
  | { readonly honoured: false; readonly reason: string };

const refuse = (reason: string): GateDecision => ({ honoured: false, reason });

/**
 * Decides whether the session cookie of a request counts: only below `/x/`, only from the portal's own pages
 * (Fetch Metadata, else an equal Origin), and with `X-VRE: 1` on whatever may change something. WebSocket
 * handshakes always carry Origin (RFC 6455 §4.1) and must carry ours.
 */
export function browserGate(request: BrowserRequest, portalOrigin: string): GateDecision {
  if (!request.path.startsWith('/x/')) return refuse('The session counts below /x/ only.');
  if (request.origin !== undefined && request.origin !== portalOrigin)
    return refuse('This request comes from another site.');
  if (request.isUpgrade && request.origin === undefined)
    return refuse('A WebSocket of the portal names its Origin, this one does not.');
  if (request.secFetchSite !== undefined && request.secFetchSite !== 'same-origin')
    return refuse('The session counts for requests of the portal itself only (Sec-Fetch-Site: same-origin).');
  if (request.secFetchSite === undefined && request.origin === undefined)
    return refuse('The request names neither Sec-Fetch-Site nor Origin, so its origin is unknown.');
  if (request.method !== 'GET' && request.method !== 'HEAD' && request.vreHeader !== '1')
    return refuse('Requests other than GET and HEAD need the header X-VRE: 1.');
  return { honoured: true };
}

const single = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(', ') : value);

/** Reads the gate's view of a request. */
export function browserRequest(request: IncomingMessage, isUpgrade = false): BrowserRequest {
  return {
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    isUpgrade,
    secFetchSite: single(request.headers['sec-fetch-site']),
    origin: single(request.headers.origin),
    vreHeader: single(request.headers['x-vre']),
  };
}
