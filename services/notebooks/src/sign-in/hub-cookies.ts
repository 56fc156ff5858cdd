import { createHash } from 'node:crypto';

/** Names and attributes of the hub's cookies, fixed for an installation. */
export interface HubCookies {
  readonly sessionName: string;
  /** Name of the cookie that binds one sign-in to its browser: several tabs may sign in at once. */
  bindingName(state: string): string;
  session(value: string, maxAgeSeconds: number): string;
  binding(state: string, value: string, maxAgeSeconds: number): string;
  /** Read by pages of the hub and sent back as `X-XSRFToken`. */
  xsrf(sessionValue: string, maxAgeSeconds: number): string;
}

/**
 * Ports do not separate cookies, so names carry an id of the hub's address. The session's cookie goes to `/user/` too,
 * where the proxy reads it and keeps it from the servers.
 */
export function hubCookies(address: string): HubCookies {
  const instance = createHash('sha256').update(address).digest('hex').slice(0, 8);
  const isSecure = address.startsWith('https:');
  const secure = isSecure ? '; Secure' : '';
  const name = `vre-hub-${instance}`;
  const sessionName = isSecure ? `__Host-${name}` : name;
  const bindingName = (state: string) => `${name}-signin-${state.slice(0, 8)}`;
  return {
    sessionName,
    bindingName,
    session: (value, maxAge) =>
      `${sessionName}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure}`,
    binding: (state, value, maxAge) =>
      `${bindingName(state)}=${value}; Path=/hub/oauth_callback; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure}`,
    xsrf: (value, maxAge) =>
      `_xsrf=${value === '' ? '' : xsrfToken(value)}; Path=/hub/; Max-Age=${maxAge}; SameSite=Strict${secure}`,
  };
}

/** What a page must send to act with a session's cookie: whoever knows it does not know the cookie. */
export const xsrfToken = (sessionValue: string): string =>
  createHash('sha256').update(`xsrf ${sessionValue}`).digest('hex').slice(0, 32);
