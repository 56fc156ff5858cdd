import type { Database } from '@vre/database';
import {
  bearerToken,
  InvalidToken,
  NotConnected,
  type Principal,
  type TokenKeeper,
  type TokenVerifier,
} from '@vre/identity';
import { messages, ReanaError } from '@vre/protocol-reana';
import { audiences, type Clock, type Identifiers } from '@vre/service';
import type { FastifyRequest } from 'fastify';
import type { Account, Caller } from './account.ts';
import { findAccount, saveAccount } from './account-store.ts';
import { findToken, touchToken } from './token-store.ts';

const hour = 3_600_000;
const minute = 60_000;
/** As long as an access token lives: so long may somebody act who was disabled at the sign-in service. */
const standingKept = 15 * minute;

/** Finds out who asks: `access_token` in the query, or a bearer token, each either a REANA token or a JWT for us. */
export interface Authenticator {
  /** @throws ReanaError 401 without a token, 403 with one that does not count. */
  caller(request: FastifyRequest): Promise<Caller>;
  /** As `caller`, but only a token of the issuer counts: for what REANA tokens must not do, such as making more. */
  principalCaller(request: FastifyRequest): Promise<Caller>;
}

export function createAuthenticator(parts: {
  readonly database: Database;
  readonly verifier: TokenVerifier;
  /** What the sign-in service still gives for people who connected. */
  readonly keeper: Pick<TokenKeeper, 'has' | 'accessToken'>;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  /** Address of the portal, where tokens are made. */
  readonly portal: string;
}): Authenticator {
  const { database, verifier, keeper, clock, identifiers, portal } = parts;
  const standing = new Map<string, number>();

  /**
   * REANA tokens live for months, accounts are disabled: who connected must still get tokens from the issuer.
   * @throws ReanaError 403 when the issuer refuses.
   */
  async function requireStanding(account: Account): Promise<void> {
    const now = clock.now().getTime();
    if ((standing.get(account.id) ?? 0) > now) return;
    try {
      if (await keeper.has(account))
        await keeper.accessToken(account, { audience: audiences.lake, scope: 'openid' });
    } catch (error) {
      // An issuer that is away says nothing about the account.
      if (!(error instanceof NotConnected)) return;
      throw new ReanaError(
        403,
        `${messages.tokenNotValid} The sign-in service no longer lets it act for you: sign in to the portal and connect again.`,
        { cause: error },
      );
    }
    if (standing.size > 10_000) standing.clear();
    standing.set(account.id, now + standingKept);
  }

  /** The first valid token makes the account; userinfo is asked then and once an hour. */
  async function provision(principal: Principal, token: string): Promise<Account> {
    const known = await findAccount(database.direct, principal.issuer, principal.subject);
    const now = clock.now();
    const fresh = known?.claimsReadAt && now.getTime() - known.claimsReadAt.getTime() < hour;
    if (known && fresh) return known.account;
    const claims = await verifier
      .issuer(principal.issuer)
      ?.userInfo(token)
      // A token without `openid`, or an issuer that is away: names can wait, the work cannot.
      .catch(() => undefined);
    return saveAccount(database.direct, {
      id: known?.account.id ?? identifiers.uuid(),
      issuer: principal.issuer,
      subject: principal.subject,
      username: claims?.preferred_username ?? principal.username,
      fullName: claims?.name,
      email: claims?.email,
      now,
    });
  }

  async function byJwt(token: string): Promise<Caller> {
    try {
      const principal = await verifier.verify(token);
      return { account: await provision(principal, token), by: 'issuer-token' };
    } catch (error) {
      if (!(error instanceof InvalidToken)) throw error;
      throw new ReanaError(403, `${messages.tokenNotValid} ${error.message}.`, { cause: error });
    }
  }

  async function byReanaToken(value: string): Promise<Caller> {
    const token = await findToken(database.direct, value);
    if (!token) throw new ReanaError(403, messages.tokenNotValid);
    const now = clock.now();
    if (token.revoked) throw new ReanaError(403, messages.tokenRevoked);
    if (token.expiresAt && token.expiresAt <= now) {
      throw new ReanaError(
        403,
        `${messages.tokenNotValid} It expired on ${token.expiresAt.toISOString().slice(0, 10)}: run "vre client setup" again, or make a new one at ${new URL('/computer', portal)}.`,
      );
    }
    await requireStanding(token.account);
    if (!token.lastUsedAt || now.getTime() - token.lastUsedAt.getTime() > minute) {
      await touchToken(database.direct, token.id, now);
    }
    return { account: token.account, by: 'reana-token', tokenCreatedAt: token.createdAt };
  }

  async function caller(request: FastifyRequest): Promise<Caller> {
    const { access_token: given } = request.query as { access_token?: string | string[] };
    const token = [given].flat()[0] ?? bearerToken(request.headers.authorization);
    if (token === undefined || token === '') throw new ReanaError(401, messages.notSignedIn);
    return token.split('.').length === 3 ? byJwt(token) : byReanaToken(token);
  }

  return {
    caller,
    principalCaller: async (request) => {
      const token = bearerToken(request.headers.authorization);
      if (token === undefined) throw new ReanaError(401, messages.notSignedIn);
      if (token.split('.').length !== 3) {
        throw new ReanaError(403, 'Only a token of the sign-in service may do this, not a REANA token.');
      }
      return byJwt(token);
    },
  };
}
