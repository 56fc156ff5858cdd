import { readCookie } from '@vre/http-server';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Authenticator } from '../access/authenticator.ts';
import type { Standing } from '../access/standing.ts';
import { hubPageHeaders, loggedOutPage, logoutPage } from '../pages/pages.ts';
import type { HubCookies } from './hub-cookies.ts';
import type { Sessions } from './sessions.ts';
import { callbackQuerySchema, type SignIn, signInSeconds } from './sign-in.ts';

const loginQuery = z.looseObject({ next: z.unknown().optional() });

/** `/hub/login`, `/hub/oauth_callback` and `/hub/logout`. */
export function signInRoutes(
  app: FastifyInstance,
  parts: {
    readonly signIn: SignIn;
    readonly sessions: Sessions;
    readonly standing: Standing;
    readonly cookies: HubCookies;
    readonly authenticator: Authenticator;
    readonly portal: string;
  },
): void {
  const { signIn, sessions, standing, cookies, authenticator } = parts;

  // Always by way of the issuer, also when there is a session: the hub's refresh token may be the one that is gone.
  app.get('/hub/login', async (request, reply) => {
    const { url, state, binding } = await signIn.start(loginQuery.parse(request.query).next);
    return reply
      .header('set-cookie', cookies.binding(state, binding, signInSeconds))
      .header('cache-control', 'no-store')
      .header('referrer-policy', 'no-referrer')
      .redirect(url, 303);
  });

  app.get('/hub/oauth_callback', async (request, reply) => {
    reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer');
    const query = callbackQuerySchema.parse(request.query);
    const state = query.state ?? '';
    reply.header('set-cookie', cookies.binding(state.replace(/[^\w-]/g, ''), '', 0));
    const { account, next } = await signIn.finish(
      query,
      readCookie(request.headers.cookie, cookies.bindingName(state)),
    );
    standing.confirm(account.id);
    reply.header('set-cookie', [...(await sessions.begin(account, request.headers.cookie))]);
    return reply.redirect(next, 303);
  });

  app.get('/hub/logout', async (request, reply) => {
    const caller = await authenticator.browser(request);
    if (!caller) return reply.redirect('/hub/logged-out', 302);
    return reply.headers(hubPageHeaders).send(logoutPage(caller.account.name));
  });

  app.post('/hub/logout', async (request, reply) => {
    const caller = await authenticator.browser(request);
    if (caller?.sessionId !== undefined) await sessions.end(caller.sessionId);
    return reply
      .header('set-cookie', [...sessions.forget])
      .header('cache-control', 'no-store')
      .redirect('/hub/logged-out', 303);
  });

  app.get('/hub/logged-out', async (_request, reply) =>
    reply.headers(hubPageHeaders).send(loggedOutPage(parts.portal)),
  );
}
