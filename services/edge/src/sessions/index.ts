/** Browser sessions: signing in and out, the cookie, the list of one's own. */

export { isAdministratorAtIssuer } from './account-role.ts';
export { type RequireSession, requireSession } from './require-session.ts';
export type { Session } from './session.ts';
export { sessionCleaner } from './session-cleaner.ts';
export { type SessionCookies, sessionCookies } from './session-cookie.ts';
export { sessionRoutes } from './session-routes.ts';
export { createSessions, type Sessions } from './session-service.ts';
export { lockRefreshToken, replaceRefreshToken } from './session-store.ts';
export { createSignIn, type SignIn } from './sign-in.ts';
export { createSignOut, type SignOut } from './sign-out.ts';
