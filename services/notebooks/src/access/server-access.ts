import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '@vre/service';
import type { Sessions } from '../sign-in/sessions.ts';
import type { Caller } from './caller.ts';
import type { Callers } from './callers.ts';
import { type Credential, readCredential, tokenCredential } from './credential.ts';
import { mayEnter } from './policy.ts';
import type { ServerPasses } from './server-passes.ts';

/** Who may reach a server, asked by the proxy for every request and upgrade. */
export interface ServerAccess {
  decide(
    request: IncomingMessage,
    /** `id` and `accountId` are empty when the path names no server that exists. */
    server: {
      readonly id: string;
      readonly startNumber: number;
      readonly accountId: string;
      readonly accountName: string;
      readonly name: string;
    },
  ): Promise<
    | {
        readonly allowed: true;
        readonly sessionId: string | undefined;
        /** In place of the token that the client sent: one that is good for this server alone. */
        readonly token?: string | undefined;
      }
    | { readonly allowed: false; readonly why: 'nobody' | 'somebody-else' }
  >;
  /** Calls back when the session ends (logout, expiry, suspension); returns how to let go. */
  hold(sessionId: string, cut: () => void): () => void;
  /** Cookie names that must never reach a server. */
  readonly hubCookies: readonly string[];
}

/** So long may a revoked token or a session that another process ended still count. */
const keptMilliseconds = 10_000;
const keptAtMost = 5000;

type Kept = { readonly until: number; readonly caller: Caller | undefined };

export function createServerAccess(
  callers: Callers,
  sessions: Sessions,
  sessionCookie: string,
  clock: Clock,
  passes: ServerPasses,
): ServerAccess {
  const kept = new Map<string, Kept>();
  let ended = 0;
  sessions.onEnd((sessionId) => {
    ended++;
    for (const [key, { caller }] of kept) if (caller?.sessionId === sessionId) kept.delete(key);
  });

  async function callerOf(credential: Credential): Promise<Caller | undefined> {
    const key = keyOf(credential);
    const now = clock.now().getTime();
    const known = kept.get(key);
    if (known && known.until > now) return known.caller;
    const endedBefore = ended;
    const found = await callers.of(credential);
    const caller = 'why' in found ? undefined : found;
    if (kept.size >= keptAtMost) kept.clear();
    // A session may have ended while its row was read.
    if (ended === endedBefore) kept.set(key, { until: now + keptMilliseconds, caller });
    return caller;
  }

  /** A token in an address, a token in a header, the cookie: programs behind a server have tokens of their own. */
  function credentialsOf(request: IncomingMessage): readonly Credential[] {
    const { authorization, cookie } = request.headers;
    const found: Credential[] = [];
    const inAddress = upgradeToken(request);
    if (inAddress !== undefined) found.push(inAddress);
    if (authorization !== undefined) {
      const inHeader = readCredential({ authorization }, () => undefined);
      if (inHeader !== undefined && inHeader !== 'invalid') found.push(inHeader);
    }
    const session = sessions.cookieValue(cookie);
    if (session !== undefined) found.push({ kind: 'session', value: session });
    return found;
  }

  /** A server never sees what opens more than itself: neither a person's token nor one of the issuer. */
  async function tokenFor(
    credential: Credential,
    caller: Caller,
    server: Parameters<ServerAccess['decide']>[1],
  ): Promise<string | undefined> {
    if (credential.kind === 'session' || server.id === '') return undefined;
    if (caller.serverId === server.id) return credential.value;
    return passes.of(keyOf(credential), caller, server);
  }

  return {
    hubCookies: [sessionCookie],
    hold: sessions.hold,
    decide: async (request, server) => {
      let somebody = false;
      for (const credential of credentialsOf(request)) {
        const caller = await callerOf(credential);
        if (!caller) continue;
        if (mayEnter(caller, server)) {
          const token = await tokenFor(credential, caller, server);
          return { allowed: true, sessionId: caller.sessionId, token };
        }
        somebody = true;
      }
      return { allowed: false, why: somebody ? 'somebody-else' : 'nobody' };
    },
  };
}

/** Credentials themselves stay out of memory that lives on. */
const keyOf = ({ kind, value }: Credential): string => hash('sha256', `${kind} ${value}`, 'base64');

/** Clients outside a browser open WebSockets with `?token=`; anywhere else a token in an address does not count. */
function upgradeToken(request: IncomingMessage): Credential | undefined {
  if (request.headers.upgrade?.toLowerCase() !== 'websocket') return undefined;
  if (request.headers.authorization !== undefined) return undefined;
  const query = (request.url ?? '').split('?')[1];
  const token = query === undefined ? null : new URLSearchParams(query).get('token');
  return token === null || token === '' ? undefined : tokenCredential(token);
}
