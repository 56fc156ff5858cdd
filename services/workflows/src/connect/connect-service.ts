import { sql } from '@vre/database';
import { HttpError } from '@vre/http-client';
import { createPkce, type IssuerClient, type TokenKeeper } from '@vre/identity';
import { ReanaError } from '@vre/protocol-reana';
import { audiences, lakeCapabilitySet, type ServiceContext } from '@vre/service';
import { z } from 'zod';
import type { Account } from '../authentication/account.ts';
import { consumeByState, findDeviceAttempt, insertAttempt, mayPoll, removeAttempt } from './connect-store.ts';

/** Runs act for people who are not there: for that this service gets a refresh token of its own, once, with consent. */
export interface ConnectService {
  isConnected(account: Account): Promise<boolean>;
  disconnect(account: Account): Promise<void>;
  /** Address of the issuer's page; the browser comes back to {@link callback}. */
  begin(account: Account): Promise<string>;
  /** Ends the code flow. Rejects with a sentence when the browser's person is not the one who began. */
  callback(state: string, code: string): Promise<void>;
  beginDevice(account: Account): Promise<{
    readonly id: string;
    readonly userCode: string;
    readonly verificationUriComplete: string;
  }>;
  pollDevice(
    account: Account,
    id: string,
  ): Promise<{ readonly state: 'pending' | 'connected' | 'failed'; readonly sentence?: string }>;
}

const codeMinutes = 10;
const scope = `openid offline_access ${lakeCapabilitySet}`;

const tokenAnswer = z.looseObject({ id_token: z.string(), refresh_token: z.string() });
const deviceAnswer = z.looseObject({
  device_code: z.string(),
  user_code: z.string(),
  verification_uri: z.string(),
  verification_uri_complete: z.string().optional(),
  expires_in: z.number().default(600),
  interval: z.number().default(5),
});
const idTokenClaims = z.looseObject({
  iss: z.string(),
  sub: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  nonce: z.string().optional(),
});

export function createConnectService(
  context: ServiceContext,
  issuer: IssuerClient,
  keeper: TokenKeeper,
): ConnectService {
  const { database, secrets, clock, identifiers, oidcClient } = context;
  const redirectUri = `${context.addresses.portal}/api/connect/callback`;
  const audience = `${audiences.lake} ${context.addresses.storageDoor}`;
  const purpose = (id: string) => `connect attempt ${id}`;

  async function accountById(id: string): Promise<Pick<Account, 'issuer' | 'subject'>> {
    const { rows } = await sql<Pick<Account, 'issuer' | 'subject'>>`
      select issuer, subject from workflows.account where id = ${id}`.execute(database.direct);
    if (!rows[0]) throw new Error('the account of a connect attempt vanished');
    return rows[0];
  }

  /**
   * The ID token came straight from the token endpoint over an authenticated channel, which stands in for checking
   * its signature (OpenID Connect Core §3.1.3.7, 6).
   */
  async function keep(
    account: Pick<Account, 'issuer' | 'subject'>,
    answer: unknown,
    nonce: string | null,
  ): Promise<void> {
    const { id_token: idToken, refresh_token: refreshToken } = tokenAnswer.parse(answer);
    const payload = Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString();
    const claims = idTokenClaims.parse(JSON.parse(payload));
    if (claims.iss !== issuer.issuer || ![claims.aud].flat().includes(oidcClient.id)) {
      throw new ReanaError(400, 'The sign-in service answered with a token for somebody else.');
    }
    if (nonce !== null && claims.nonce !== nonce) {
      throw new ReanaError(
        400,
        'The answer of the sign-in service does not belong to this attempt: begin again.',
      );
    }
    if (claims.sub !== account.subject) {
      throw new ReanaError(
        403,
        'You are signed in with another account than the one that began to connect: sign out, sign in again, and repeat.',
      );
    }
    await keeper.keep(account, refreshToken);
  }

  return {
    isConnected: (account) => keeper.has(account),
    disconnect: (account) => keeper.forget(account),

    begin: async (account) => {
      const { authorization_endpoint: endpoint } = await issuer.metadata();
      if (endpoint === undefined)
        throw new ReanaError(502, 'The sign-in service offers no authorization endpoint.');
      const id = identifiers.uuid();
      const state = identifiers.secret(24);
      const nonce = identifiers.secret(16);
      const pkce = createPkce();
      const now = clock.now();
      await insertAttempt(database.direct, {
        id,
        accountId: account.id,
        flow: 'code',
        state,
        secret: secrets.encrypt(pkce.verifier, purpose(id)),
        nonce,
        now,
        expiresAt: new Date(now.getTime() + codeMinutes * 60_000),
        pollSeconds: 5,
      });
      const url = new URL(endpoint);
      const parameters = {
        client_id: oidcClient.id,
        response_type: 'code',
        redirect_uri: redirectUri,
        scope,
        state,
        nonce,
        code_challenge: pkce.challenge,
        code_challenge_method: 'S256',
        audience,
        // Without a consent page an issuer gives no refresh token (OpenID Connect Core §11).
        prompt: 'consent',
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url.href;
    },

    callback: async (state, code) => {
      const attempt = await consumeByState(database.direct, state, clock.now());
      if (!attempt)
        throw new ReanaError(400, 'This attempt to connect is over or was used already: begin again.');
      const form = {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        code_verifier: secrets.decrypt(attempt.secret, purpose(attempt.id)),
        audience,
      };
      await keep(await accountById(attempt.account_id), await issuer.token(form, oidcClient), attempt.nonce);
    },

    beginDevice: async (account) => {
      const { device_authorization_endpoint: endpoint } = await issuer.metadata();
      if (endpoint === undefined) throw new ReanaError(501, 'The sign-in service offers no device flow.');
      const basic = Buffer.from(
        `${encodeURIComponent(oidcClient.id)}:${encodeURIComponent(oidcClient.secret)}`,
      ).toString('base64');
      const answer = deviceAnswer.parse(
        await context.http.json(endpoint, {
          form: { client_id: oidcClient.id, scope, audience },
          headers: { authorization: `Basic ${basic}` },
        }),
      );
      const id = identifiers.uuid();
      const now = clock.now();
      await insertAttempt(database.direct, {
        id,
        accountId: account.id,
        flow: 'device',
        state: null,
        secret: secrets.encrypt(answer.device_code, purpose(id)),
        nonce: null,
        now,
        expiresAt: new Date(now.getTime() + answer.expires_in * 1000),
        pollSeconds: Math.max(Math.ceil(answer.interval), 1),
      });
      return {
        id,
        userCode: answer.user_code,
        verificationUriComplete: answer.verification_uri_complete ?? answer.verification_uri,
      };
    },

    pollDevice: async (account, id) => {
      const attempt = await findDeviceAttempt(database.direct, account.id, id);
      if (!attempt) throw new ReanaError(404, 'There is no such attempt to connect: begin again.');
      if (attempt.expires_at <= clock.now()) {
        await removeAttempt(database.direct, attempt.id);
        return { state: 'failed', sentence: 'The code has expired: begin again.' };
      }
      if (!(await mayPoll(database.direct, attempt.id, clock.now()))) return { state: 'pending' };
      let answer: unknown;
      try {
        answer = await issuer.token(
          {
            grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
            device_code: secrets.decrypt(attempt.secret, purpose(attempt.id)),
          },
          oidcClient,
        );
      } catch (error) {
        if (!(error instanceof HttpError) || error.status !== 400) throw error;
        if (/authorization_pending|slow_down/.test(error.body)) return { state: 'pending' };
        await removeAttempt(database.direct, attempt.id);
        const denied = /access_denied/.test(error.body);
        return {
          state: 'failed',
          sentence: denied ? 'You did not allow it.' : 'The code does not count any more: begin again.',
        };
      }
      await removeAttempt(database.direct, attempt.id);
      await keep(account, answer, null);
      return { state: 'connected' };
    },
  };
}
