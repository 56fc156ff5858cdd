import { HttpError } from '@vre/http-client';
import type { IssuerClient } from '@vre/identity';
import { turnstile } from '@vre/identity';
import type { ServiceContext } from '@vre/service';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { EdgeError } from '../edge-error.ts';
import { lockRefreshToken, replaceRefreshToken, type Sessions } from '../sessions/index.ts';
import * as store from './audience-token-store.ts';

/** `audience` may be a blank-separated list; `scope` is a subset of what was granted at sign-in. */
export type WantedToken = { readonly audience: string; readonly scope: string };
export type AccessToken = { readonly token: string; readonly expiresAt: Date };

/** Access tokens of signed-in browsers, one per session and audience. */
export interface TokenBroker {
  /**
   * A token that is valid for another minute at least. Throws {@link EdgeError} `session-ended` when the issuer
   * refuses the refresh (the session is over then), `issuer-away` when it cannot be asked.
   */
  accessToken(sessionId: string, wanted: WantedToken): Promise<AccessToken>;
  /** A service refused the token before its time: the next request gets a fresh one. */
  forget(sessionId: string, audience: string): Promise<void>;
}

const renewBeforeMilliseconds = 60_000;
/** Each refresh holds a database connection while the issuer, perhaps in this very process, needs some too. */
const refreshesAtOnce = 3;

const answerSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().default(600),
  refresh_token: z.string().optional(),
});
type Answer = z.infer<typeof answerSchema>;

const ended = () => new EdgeError('session-ended', 'Your session has ended: sign in again.');

export function createTokenBroker(
  context: Pick<ServiceContext, 'database' | 'clock' | 'secrets' | 'oidcClient' | 'metrics'>,
  sessions: Sessions,
  issuer: IssuerClient,
): TokenBroker {
  const { database, clock, secrets, oidcClient } = context;
  const cache = new LRUCache<string, AccessToken>({ max: 10_000 });
  const pending = new Map<string, Promise<AccessToken>>();
  const pass = turnstile(refreshesAtOnce);
  const refreshes = context.metrics.counter('edge_token_refreshes_total', 'Refreshes asked of the issuer', [
    'outcome',
  ]);
  const tokenPurpose = (sessionId: string, audience: string) =>
    `access token of ${sessionId} for ${audience}`;
  const validUntil = () => new Date(clock.now().getTime() + renewBeforeMilliseconds);

  /** `refused`: the refresh token is no longer good. */
  async function ask(refreshToken: string, wanted: WantedToken): Promise<Answer | 'refused'> {
    try {
      const answer = await issuer.token(
        {
          grant_type: 'refresh_token',
          refresh_token: refreshToken,
          scope: wanted.scope,
          audience: wanted.audience,
          resource: `urn:vre:aud:${encodeURIComponent(wanted.audience)}`,
        },
        oidcClient,
      );
      refreshes.inc({ outcome: 'renewed' });
      return answerSchema.parse(answer);
    } catch (error) {
      const refused =
        error instanceof HttpError && error.status === 400 && /"invalid_grant"/.test(error.body);
      refreshes.inc({ outcome: refused ? 'refused' : 'failed' });
      if (refused) return 'refused';
      throw new EdgeError(
        'issuer-away',
        error instanceof HttpError && error.status < 500
          ? 'The issuer gives no token for this service: its operator finds the reason in the log.'
          : 'The sign-in service does not answer: try again shortly.',
        { cause: error },
      );
    }
  }

  /**
   * The session's row stays locked while the issuer answers: a rotated refresh token must not be used twice. Who
   * waited for the lock finds the token that the other one got.
   */
  const renew = (sessionId: string, wanted: WantedToken): Promise<AccessToken> =>
    database.transaction(async (transaction) => {
      const sealedRefresh = await lockRefreshToken(transaction, sessionId);
      if (sealedRefresh === undefined) throw ended();
      const purpose = tokenPurpose(sessionId, wanted.audience);
      const stored = await store.findToken(transaction, sessionId, wanted.audience, validUntil());
      if (stored) return { token: secrets.decrypt(stored.token, purpose), expiresAt: stored.expiresAt };
      const answer = await ask(secrets.decrypt(sealedRefresh, sessions.purpose(sessionId)), wanted);
      if (answer === 'refused') throw ended();
      if (answer.refresh_token !== undefined)
        await replaceRefreshToken(
          transaction,
          sessionId,
          secrets.encrypt(answer.refresh_token, sessions.purpose(sessionId)),
        );
      const fresh = {
        token: answer.access_token,
        expiresAt: new Date(clock.now().getTime() + answer.expires_in * 1000),
      };
      await store.putToken(transaction, sessionId, wanted.audience, {
        token: secrets.encrypt(fresh.token, purpose),
        expiresAt: fresh.expiresAt,
      });
      return fresh;
    });

  return {
    accessToken: async (sessionId, wanted) => {
      const key = `${sessionId} ${wanted.audience}`;
      const known = cache.get(key);
      if (known && known.expiresAt > validUntil()) return known;
      const running = pending.get(key);
      if (running) return running;
      const started = pass(() => renew(sessionId, wanted))
        .then((token) => {
          cache.set(key, token);
          return token;
        })
        .catch(async (error: unknown) => {
          // Outside the transaction, which was rolled back.
          if (error instanceof EdgeError && error.code === 'session-ended') await sessions.end(sessionId);
          throw error;
        })
        .finally(() => pending.delete(key));
      pending.set(key, started);
      return started;
    },
    forget: async (sessionId, audience) => {
      cache.delete(`${sessionId} ${audience}`);
      await store.deleteToken(database.direct, sessionId, audience);
    },
  };
}
