import { createHash } from 'node:crypto';
import { readCookie } from '@vre/http-server';
import { createSessionWatch, type SessionWatch } from '@vre/identity';
import type { ServiceContext } from '@vre/service';
import type { Account } from '../accounts/account.ts';
import type { HubCookies } from './hub-cookies.ts';
import type { Session } from './session-store.ts';
import * as store from './session-store.ts';

/** Browsers that are signed in to the hub: begin, recognise, end. */
export interface Sessions {
  /** Begins a session, or gives the browser's own one a new cookie; returns the `Set-Cookie` values. */
  begin(account: Account, cookieHeader: string | undefined): Promise<readonly string[]>;
  /** Value of the session's cookie, as the browser sent it. */
  cookieValue(cookieHeader: string | undefined): string | undefined;
  find(value: string): Promise<Session | undefined>;
  /** Ends a session everywhere: its tokens go, its connections in this process are cut at once. */
  end(sessionId: string): Promise<void>;
  /** Ends every session of a person, whom the issuer no longer knows. */
  endAllOf(accountId: string): Promise<void>;
  /** `Set-Cookie` values that make a browser forget. */
  readonly forget: readonly string[];
  /** Calls back when the session ends, in whichever process; returns how to let go. */
  hold(sessionId: string, cut: () => void): () => void;
  /** Calls back for every session that this process ends. */
  onEnd(listener: (sessionId: string) => void): void;
  stop(): void;
}

const touchEveryMilliseconds = 60_000;
const watchMilliseconds = 2000;
const hashOf = (value: string): Buffer => createHash('sha256').update(value).digest();

/** `standing` tells whether the issuer still lets the service act for a person. */
export function createSessions(
  context: Pick<ServiceContext, 'database' | 'clock' | 'identifiers' | 'log'>,
  lifeSeconds: number,
  cookies: HubCookies,
  standing: (account: Account) => Promise<boolean>,
): Sessions {
  const { database, clock, identifiers, log } = context;
  const listeners = new Set<(sessionId: string) => void>();

  /** Sessions that still count; those of people who lost their standing do not. */
  async function living(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const sessions = await store.livingSessions(database.direct, ids, clock.now());
    const counted = await Promise.all(
      sessions.map(async (session) => ((await standing(session.account)) ? [session.id] : [])),
    );
    return new Set(counted.flat());
  }
  const watch: SessionWatch = createSessionWatch(living, watchMilliseconds, (error) =>
    log.warn({ err: error }, 'cannot see whether sessions of open connections still count'),
  );
  const told = (sessionId: string): void => {
    watch.ended(sessionId);
    for (const listener of listeners) listener(sessionId);
  };
  const end = async (sessionId: string): Promise<void> => {
    await store.deleteSession(database.direct, sessionId);
    told(sessionId);
  };
  const cookieValue = (cookieHeader: string | undefined): string | undefined =>
    readCookie(cookieHeader, cookies.sessionName) || undefined;

  return {
    cookieValue,
    end,
    endAllOf: async (accountId) => {
      for (const id of await store.deleteSessionsOf(database.direct, accountId)) told(id);
    },
    begin: async (account, cookieHeader) => {
      const now = clock.now();
      const value = identifiers.secret(32);
      const row = {
        hash: hashOf(value),
        accountId: account.id,
        now,
        expiresAt: new Date(now.getTime() + lifeSeconds * 1000),
      };
      const before = cookieValue(cookieHeader);
      const renewed =
        before === undefined
          ? undefined
          : await store.renewSession(database.direct, { ...row, oldHash: hashOf(before) });
      if (renewed === undefined) {
        const other =
          before === undefined ? undefined : await store.findSession(database.direct, hashOf(before), now);
        if (other) await end(other.id);
        await store.insertSession(database.direct, { ...row, id: identifiers.uuid() });
      }
      return [cookies.session(value, lifeSeconds), cookies.xsrf(value, lifeSeconds)];
    },
    find: async (value) => {
      const now = clock.now();
      const session = await store.findSession(database.direct, hashOf(value), now);
      if (session && now.getTime() - session.lastUsedAt.getTime() > touchEveryMilliseconds)
        await store.touchSession(database.direct, session.id, now);
      return session;
    },
    forget: [cookies.session('', 0), cookies.xsrf('', 0)],
    hold: watch.hold,
    onEnd: (listener) => void listeners.add(listener),
    stop: watch.stop,
  };
}
