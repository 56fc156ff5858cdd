import { createHash } from 'node:crypto';

/** Names and attributes of the two cookies, fixed for an installation. */
export interface SessionCookies {
  readonly sessionName: string;
  /** Name of the transaction cookie of one sign-in: several tabs may sign in at once. */
  transactionName(state: string): string;
  session(value: string, maxAgeSeconds: number): string;
  transaction(state: string, value: string, maxAgeSeconds: number): string;
}

/**
 * Ports do not separate cookies, so the name carries an id of the installation's address. `Secure` is set where
 * the portal is https; browsers refuse it on plain http.
 */
export function sessionCookies(portal: string): SessionCookies {
  const instance = createHash('sha256').update(portal).digest('hex').slice(0, 8);
  const secure = portal.startsWith('https:') ? '; Secure' : '';
  const sessionName = `vre_session_${instance}`;
  const transactionName = (state: string) => `vre_signin_${instance}_${state.slice(0, 8)}`;
  return {
    sessionName,
    transactionName,
    session: (value, maxAge) =>
      `${sessionName}=${value}; Path=/x/; Max-Age=${maxAge}; HttpOnly; SameSite=Strict${secure}`,
    // Lax: the issuer may be another site, and the browser comes back from there by a top-level navigation.
    transaction: (state, value, maxAge) =>
      `${transactionName(state)}=${value}; Path=/x/callback; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure}`,
  };
}
