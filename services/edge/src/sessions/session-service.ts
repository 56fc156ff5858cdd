import { createHash } from 'node:crypto';
import { readCookie } from '@vre/http-server';
import { createSessionWatch, type SessionWatch } from '@vre/identity';
import type { ServiceContext } from '@vre/service';
import type { EdgeConfig } from '../edge-config.ts';
import type { Session, SessionClaims, SessionClient, SessionTokens } from './session.ts';
import type { SessionCookies } from './session-cookie.ts';
import * as store from './session-store.ts';

/** Browser sessions: begin, recognise, list, end. */
export interface Sessions {
  readonly watch: SessionWatch;
  begin(
    claims: SessionClaims,
    tokens: SessionTokens,
    client: SessionClient,
  ): Promise<{ readonly session: Session; readonly cookie: string }>;
  /** The session of a `Cookie` header. The caller has asked the browser gate before. */
  recognise(cookieHeader: string | undefined): Promise<Session | undefined>;
  markAdministrator(sessionId: string): Promise<void>;
  list(session: Session): Promise<readonly Session[]>;
  /** Ends a session everywhere and returns its tokens for the issuer; `undefined` when it was over already. */
  end(sessionId: string): Promise<SessionTokens | undefined>;
  /** Removes a batch of sessions past their limits; returns their refresh tokens. */
  removeExpired(): Promise<readonly string[]>;
  /** How many should have been removed long ago. */
  overdue(): Promise<number>;
  /** Purpose under which a session's tokens are encrypted. */
  purpose(sessionId: string): string;
}

const touchEveryMilliseconds = 60_000;
const watchMilliseconds = 2000;
const removedAtOnce = 50;
const hash = (value: string) => createHash('sha256').update(value).digest();

export function createSessions(
  context: Pick<ServiceContext, 'database' | 'clock' | 'identifiers' | 'secrets' | 'log'>,
  config: Pick<EdgeConfig, 'session-idle-time' | 'session-life-time'>,
  cookies: SessionCookies,
): Sessions {
  const { database, clock, identifiers, secrets, log } = context;
  const liveness = (): store.Liveness => {
    const now = clock.now();
    return { now, idleSince: new Date(now.getTime() - config['session-idle-time'] * 1000) };
  };
  const purpose = (id: string) => `tokens of session ${id}`;
  const watch = createSessionWatch(
    (ids) => store.livingSessions(database.direct, ids, liveness()),
    watchMilliseconds,
    (error) => log.warn({ err: error }, 'cannot see whether sessions of open connections still count'),
  );
  return {
    watch,
    purpose,
    begin: async (claims, tokens, client) => {
      const now = clock.now();
      const id = identifiers.uuid();
      const value = identifiers.secret(32);
      const session: Session = {
        ...claims,
        userAgent: client.userAgent.slice(0, 300),
        address: client.address,
        id,
        createdAt: now,
        lastSeenAt: now,
        expiresAt: new Date(now.getTime() + config['session-life-time'] * 1000),
      };
      await store.insertSession(database.direct, session, hash(value), {
        id,
        refreshToken: secrets.encrypt(tokens.refreshToken, purpose(id)),
        idToken: secrets.encrypt(tokens.idToken, purpose(id)),
      });
      return { session, cookie: cookies.session(value, config['session-life-time']) };
    },
    recognise: async (cookieHeader) => {
      const value = readCookie(cookieHeader, cookies.sessionName);
      if (value === undefined || value === '') return undefined;
      const at = liveness();
      const session = await store.findSession(database.direct, hash(value), at);
      if (session && at.now.getTime() - session.lastSeenAt.getTime() > touchEveryMilliseconds)
        await store.touchSession(database.direct, session.id, at.now);
      return session;
    },
    markAdministrator: (id) => store.markAdministrator(database.direct, id),
    list: (session) => store.listSessions(database.direct, session, liveness()),
    end: async (id) => {
      const tokens = await store.deleteSession(database.direct, id);
      watch.ended(id);
      return (
        tokens && {
          refreshToken: secrets.decrypt(tokens.refreshToken, purpose(id)),
          idToken: secrets.decrypt(tokens.idToken, purpose(id)),
        }
      );
    },
    removeExpired: async () => {
      const removed = await store.deleteExpired(database.direct, liveness(), removedAtOnce);
      return removed.map((tokens) => secrets.decrypt(tokens.refreshToken, purpose(tokens.id)));
    },
    overdue: () => store.countOverdue(database.direct, new Date(clock.now().getTime() - 24 * 3_600_000)),
  };
}
