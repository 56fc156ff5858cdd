import type { IncomingMessage } from 'node:http';
import { browserGate, browserRequest } from '../browser-gate/index.ts';
import { EdgeError } from '../edge-error.ts';
import type { Session } from './session.ts';
import type { Sessions } from './session-service.ts';

/** The session of a request that passed the gate; throws {@link EdgeError} `cross-site` or `not-signed-in`. */
export type RequireSession = (request: IncomingMessage, isUpgrade?: boolean) => Promise<Session>;

export function requireSession(sessions: Sessions, portal: string): RequireSession {
  const portalOrigin = new URL(portal).origin;
  return async (request, isUpgrade = false) => {
    const decision = browserGate(browserRequest(request, isUpgrade), portalOrigin);
    if (!decision.honoured) throw new EdgeError('cross-site', decision.reason);
    const session = await sessions.recognise(request.headers.cookie);
    if (!session) throw new EdgeError('not-signed-in', 'Sign in first.');
    return session;
  };
}
