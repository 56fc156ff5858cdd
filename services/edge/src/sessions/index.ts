/** Browser sessions: signing in and out, the cookie, the list of one's own. */

export { type RequireSession, requireSession } from './require-session.ts';
export { sessionCleaner } from './session-cleaner.ts';
export { sessionCookies } from './session-cookie.ts';
export { sessionRoutes } from './session-routes.ts';
export { createSessions, type Sessions } from './session-service.ts';
export { lockRefreshToken, replaceRefreshToken } from './session-store.ts';
export { createSignIn } from './sign-in.ts';
export { createSignOut } from './sign-out.ts';
