import type { IncomingMessage } from 'node:http';
import type { ServerRoute } from './route-store.ts';

/** Why a request does not reach a server: a status, a sentence, and where a browser goes instead. */
export type Refusal = { readonly status: number; readonly message: string; readonly location?: string };

/** A person looks at it, not a script: only then does a redirect help. */
export const isNavigation = (request: IncomingMessage): boolean => {
  const mode = request.headers['sec-fetch-mode'];
  if (mode !== undefined) return mode === 'navigate';
  return request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
};

/** Nobody is signed in: the sign-in page comes back to the same address. */
export const notSignedIn = (request: IncomingMessage, loginPath: (next: string) => string): Refusal =>
  isNavigation(request)
    ? { status: 302, message: 'Sign in first.', location: loginPath(request.url ?? '/') }
    : {
        status: 403,
        message:
          'Missing or invalid credentials: sign in to the hub, or send a token that is good for this server.',
      };

/** Somebody is signed in, but this is not their server. */
export const notYours: Refusal = {
  status: 403,
  message: 'This server belongs to somebody else.',
};

/** The server is not there (yet, or any more). */
export function notRunning(route: ServerRoute | undefined, portal: string): Refusal {
  const page = `${portal}/notebooks`;
  if (route?.state === 'requested' || route?.state === 'preparing' || route?.state === 'starting')
    return { status: 503, message: `This server is starting: its progress is at ${page}.`, location: page };
  return {
    status: 424,
    message: `This server is not running: start it at ${page}.`,
    location: page,
  };
}
