import { readCookie } from '@vre/http-server';
import type { Addresses } from '@vre/service';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { browserGate, browserRequest } from '../browser-gate/index.ts';
import { EdgeError, inertHeaders } from '../edge-error.ts';
import type { RequireSession } from './require-session.ts';
import type { Session } from './session.ts';
import type { SessionCookies } from './session-cookie.ts';
import type { Sessions } from './session-service.ts';
import { callbackQuerySchema, type SignIn, transactionSeconds } from './sign-in.ts';
import type { SignOut } from './sign-out.ts';

export type SessionRoutesOptions = {
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  readonly signOut: SignOut;
  readonly requireSession: RequireSession;
  readonly cookies: SessionCookies;
  /** What the claims do not tell: whether the issuer knows the person as an administrator. */
  readonly isAdministrator: (sessionId: string) => Promise<boolean>;
  readonly addresses: Addresses;
  /** Services that the portal shows. */
  readonly services: readonly string[];
};

const sessionParameters = z.object({ id: z.uuid() });

/** `/x/session`, `/x/login`, `/x/callback`, `/x/logout` and `/x/sessions`. */
export function sessionRoutes(app: FastifyInstance, options: SessionRoutesOptions): void {
  const { sessions, signIn, signOut, cookies, addresses } = options;
  const portalOrigin = new URL(addresses.portal).origin;
  const { portal, issuer, lake, workflows, notebooks, storageDoor } = addresses;
  const open = {
    services: options.services,
    addresses: { portal, issuer, lake, workflows, notebooks, storageDoor },
  };
  const forget = cookies.session('', 0);
  const json = (reply: FastifyReply, body: unknown) =>
    reply.headers(inertHeaders).type('application/json; charset=utf-8').send(JSON.stringify(body));

  app.get('/x/session', async (request, reply) => {
    const { honoured } = browserGate(browserRequest(request.raw), portalOrigin);
    const session = honoured ? await sessions.recognise(request.headers.cookie) : undefined;
    return json(reply, session ? { ...describe(session), ...open } : { signedIn: false, ...open });
  });

  app.get('/x/login', async (request, reply) => {
    const { url, state, transaction } = await signIn.start((request.query as { next?: unknown }).next);
    return reply
      .headers({
        ...inertHeaders,
        'referrer-policy': 'no-referrer',
        'set-cookie': cookies.transaction(state, transaction, transactionSeconds),
      })
      .redirect(url, 303);
  });

  app.get('/x/callback', async (request, reply) => {
    const parsed = callbackQuerySchema.safeParse(request.query);
    if (!parsed.success)
      throw new EdgeError('sign-in-failed', 'The answer of the issuer cannot be read: start again.');
    const state = parsed.data.state ?? '';
    // Used once, whatever comes of it.
    reply.headers({
      ...inertHeaders,
      'referrer-policy': 'no-referrer',
      'set-cookie': cookies.transaction(state.replace(/[^\w-]/g, ''), '', 0),
    });
    const transaction = readCookie(request.headers.cookie, cookies.transactionName(state));
    const { claims, tokens, next } = await signIn.finish(parsed.data, transaction);
    const before = await sessions.recognise(request.headers.cookie);
    const { session, cookie } = await sessions.begin(claims, tokens, {
      userAgent: request.headers['user-agent'] ?? '',
      address: request.raw.socket.remoteAddress ?? 'local',
    });
    if (!session.isAdministrator && (await options.isAdministrator(session.id)))
      await sessions.markAdministrator(session.id);
    // A browser has one session: the former cookie is replaced, so nobody could end that session any more.
    const replaced = before && (await sessions.end(before.id));
    if (replaced) await signOut.revoke(replaced.refreshToken);
    return reply.header('set-cookie', cookie).redirect(next, 303);
  });

  app.post('/x/logout', async (request, reply) => {
    reply.header('set-cookie', forget);
    const session = await options.requireSession(request.raw).catch((error: unknown) => {
      if (error instanceof EdgeError && error.code === 'not-signed-in') return undefined;
      reply.removeHeader('set-cookie');
      throw error;
    });
    const tokens = session && (await sessions.end(session.id));
    if (!tokens) return json(reply, { location: '/' });
    await signOut.revoke(tokens.refreshToken);
    return json(reply, { location: await signOut.location(tokens) });
  });

  app.get('/x/sessions', async (request, reply) => {
    const current = await options.requireSession(request.raw);
    const own = await sessions.list(current);
    return json(
      reply,
      own.map(({ id, userAgent, address, createdAt, lastSeenAt, expiresAt }) => ({
        id,
        userAgent,
        address,
        createdAt,
        lastSeenAt,
        expiresAt,
        current: id === current.id,
      })),
    );
  });

  app.delete('/x/sessions/:id', async (request, reply) => {
    const current = await options.requireSession(request.raw);
    const { data } = sessionParameters.safeParse(request.params);
    const own = await sessions.list(current);
    if (!data || !own.some(({ id }) => id === data.id))
      throw new EdgeError('not-found', 'You have no such session, or it is over already.');
    const tokens = await sessions.end(data.id);
    if (tokens) await signOut.revoke(tokens.refreshToken);
    if (data.id === current.id) reply.header('set-cookie', forget);
    return reply.headers(inertHeaders).code(204).send();
  });
}

const describe = (session: Session) => ({
  signedIn: true,
  username: session.username,
  name: session.name ?? session.username,
  email: session.email ?? null,
  groups: session.groups,
  isAdministrator: session.isAdministrator,
});
