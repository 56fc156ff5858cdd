import { timingSafeEqual } from 'node:crypto';
import { HubError, messages } from '@vre/protocol-jupyterhub';
import type { FastifyRequest } from 'fastify';
import { xsrfToken } from '../sign-in/hub-cookies.ts';
import type { Sessions } from '../sign-in/sessions.ts';
import type { Caller } from './caller.ts';
import type { Callers } from './callers.ts';
import { readCredential } from './credential.ts';

/** Says who asks: by a token of the issuer, a token of the hub, or the session of a browser. */
export interface Authenticator {
  /** @throws HubError 403 when nobody does, or a page of another site acts with the browser's cookie. */
  caller(request: FastifyRequest): Promise<Caller>;
  /** The browser's session alone; `undefined` when it is not signed in. For pages that send people to sign in. */
  browser(request: FastifyRequest): Promise<Caller | undefined>;
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** `hub` is the public address, whose pages may act with a session. */
export function createAuthenticator(callers: Callers, sessions: Sessions, hub: string): Authenticator {
  const { origin: ownOrigin } = new URL(hub);
  /** What changes something must come from a page of the hub itself. */
  function requireOwnPage(request: FastifyRequest, sessionValue: string): void {
    if (safeMethods.has(request.method)) return;
    const { 'sec-fetch-site': site, origin } = request.headers;
    // Browsers that do not tell the site tell the origin of what they send.
    if (site === undefined ? origin === ownOrigin : site === 'same-origin') return;
    const sent = request.headers['x-xsrftoken'];
    const expected = Buffer.from(xsrfToken(sessionValue));
    const given = Buffer.from(typeof sent === 'string' ? sent : '');
    if (given.length === expected.length && timingSafeEqual(given, expected)) return;
    throw new HubError(
      403,
      'A page of another site may not act with this browser: use a token, or the pages of the hub.',
    );
  }

  return {
    caller: async (request) => {
      const credential = readCredential(request.headers, sessions.cookieValue);
      if (credential === undefined || credential === 'invalid')
        throw new HubError(403, messages.missingCredentials);
      if (credential.kind === 'session') requireOwnPage(request, credential.value);
      const caller = await callers.of(credential);
      if ('why' in caller) throw new HubError(403, `${messages.missingCredentials} ${caller.why}`);
      return caller;
    },
    browser: async (request) => {
      const value = sessions.cookieValue(request.headers.cookie);
      if (value === undefined) return undefined;
      requireOwnPage(request, value);
      const caller = await callers.of({ kind: 'session', value });
      return 'why' in caller ? undefined : caller;
    },
  };
}
