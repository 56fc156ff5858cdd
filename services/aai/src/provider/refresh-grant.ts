import type { Logger } from '@vre/telemetry';
import {
  type AccessToken,
  type Account,
  errors,
  type Provider,
  type RefreshToken,
  type ResourceServer,
  type TokenEndpointGrantContext,
} from 'oidc-provider';
import type { ProviderRecords } from './provider-records.ts';

type Parameters = { readonly refresh_token?: string; readonly scope?: string; readonly resource?: string };

type IdTokenWithScope = InstanceType<Provider['IdToken']> & { scope?: string };

/** Parts of the library that its type declarations leave out. */
type Untyped = {
  ResourceServer: new (identifier: string, info: ResourceServer) => AccessToken['resourceServer'];
};

const grantType = 'refresh_token';

/**
 * The refresh grant of our own: rotation with a grace, and another audience when the client may have it. The
 * library's would end the whole grant at the first reuse and refuse other audiences (RFC 6749 §6, RFC 9700 §4.14).
 */
export function registerRefreshGrant(
  provider: Provider,
  context: {
    readonly records: ProviderRecords;
    readonly log: Logger;
    readonly graceSeconds: number;
    /** Checks client and audience again, at every refresh. */
    readonly resourceServer: (clientId: string, resource: string, scopes: Iterable<string>) => ResourceServer;
    readonly defaultResource: (clientId: string) => string;
    /** Undefined for unknown and disabled accounts. */
    readonly findAccount: (id: string) => Promise<Account | undefined>;
  },
): void {
  const { records, log } = context;

  const usable = async (ctx: TokenEndpointGrantContext<Parameters>): Promise<RefreshToken> => {
    const value = ctx.oidc.params.refresh_token;
    if (value === undefined) throw new errors.InvalidRequest("missing required parameter 'refresh_token'");
    const token = await provider.RefreshToken.find(value, { ignoreExpiration: true });
    if (!token) throw new errors.InvalidGrant('refresh token not found');
    if (token.clientId !== ctx.oidc.client.clientId) throw new errors.InvalidGrant('client mismatch');
    if (token.isExpired) throw new errors.InvalidGrant('refresh token is expired');
    return token;
  };

  /** The token that replaces `old`; a reuse after the grace ends the family. */
  const rotate = async (
    ctx: TokenEndpointGrantContext<Parameters>,
    old: RefreshToken,
  ): Promise<RefreshToken> => {
    const { graceOver } = await records.exchangeRefreshToken(old.jti, context.graceSeconds);
    if (graceOver) {
      await records.revokeFamily(old.grantId as string, old.iiat as number);
      log.warn(
        { clientId: old.clientId, accountId: old.accountId },
        'a refresh token was used again after its grace: the family is revoked',
      );
      throw new errors.InvalidGrant('refresh token already used');
    }
    const fresh = new provider.RefreshToken({
      ...carried(old),
      client: ctx.oidc.client,
      gty: old.gty?.endsWith(grantType) ? old.gty : `${old.gty} ${grantType}`,
      rotations: (old.rotations ?? 0) + 1,
    } as ConstructorParameters<typeof provider.RefreshToken>[0]);
    await fresh.save();
    ctx.oidc.entity('RotatedRefreshToken', old);
    ctx.oidc.entity('RefreshToken', fresh);
    return fresh;
  };

  const idTokenFor = async (
    ctx: TokenEndpointGrantContext<Parameters>,
    source: RefreshToken,
    account: Account,
    scope: string,
  ): Promise<string | undefined> => {
    if (!scope.split(' ').includes('openid')) return undefined;
    const claims = await account.claims('id_token', scope, {}, []);
    const token: IdTokenWithScope = new provider.IdToken(
      { ...claims, amr: source.amr, auth_time: source.authTime },
      { ctx },
    );
    token.scope = scope;
    token.set('nonce', source.nonce);
    token.set('sid', source.sid);
    return token.issue({ use: 'idtoken' });
  };

  const handler = async (ctx: TokenEndpointGrantContext<Parameters>): Promise<void> => {
    const { client, params } = ctx.oidc;
    const old = await usable(ctx);
    const grant = await provider.Grant.find(old.grantId as string);
    if (!grant || grant.clientId !== client.clientId || grant.accountId !== old.accountId) {
      throw new errors.InvalidGrant('grant not found');
    }
    const held = (old.scope ?? '').split(' ');
    const asked = params.scope?.split(' ').filter((scope) => scope !== '') ?? held;
    const beyond = asked.filter((scope) => !held.includes(scope));
    if (beyond.length > 0)
      throw new errors.InvalidScope('refresh token missing requested scope', beyond.join(' '));
    const account = await context.findAccount(old.accountId);
    if (!account) throw new errors.InvalidGrant('the account does not exist or is disabled');
    const resource =
      params.resource ?? [old.resource ?? context.defaultResource(client.clientId)].flat()[0] ?? '';
    const server = context.resourceServer(client.clientId, resource, asked);

    ctx.oidc.entity('Account', account);
    ctx.oidc.entity('Grant', grant);
    const fresh = await rotate(ctx, old);
    await keepAlive(grant, fresh);

    const token = new provider.AccessToken({
      accountId: account.accountId,
      client,
      grantId: fresh.grantId,
      gty: fresh.gty,
      sessionUid: fresh.sessionUid,
      sid: fresh.sid,
    } as ConstructorParameters<typeof provider.AccessToken>[0]);
    const { ResourceServer } = provider as unknown as Untyped;
    token.resourceServer = new ResourceServer(resource, server);
    token.scope = server.scope;
    ctx.oidc.entity('AccessToken', token);
    const accessToken = await token.save();
    ctx.body = {
      access_token: accessToken,
      expires_in: token.expiration,
      id_token: await idTokenFor(ctx, fresh, account, asked.join(' ')),
      refresh_token: fresh.jti,
      scope: token.scope,
      token_type: 'Bearer',
    };
  };
  provider.registerGrantType<Parameters>(grantType, handler, ['refresh_token', 'scope', 'resource']);
}

/** What a rotated token inherits; `iiat` names the family. */
const carried = (old: RefreshToken) => ({
  accountId: old.accountId,
  acr: old.acr,
  amr: old.amr,
  authTime: old.authTime,
  claims: old.claims,
  expiresWithSession: old.expiresWithSession,
  grantId: old.grantId,
  iiat: old.iiat,
  nonce: old.nonce,
  resource: old.resource,
  scope: old.scope,
  sessionUid: old.sessionUid,
  sid: old.sid,
});

const day = 86_400;

/** A grant in use must not expire before the refresh tokens that refer to it. */
async function keepAlive(
  grant: { exp?: number | undefined; save(): Promise<string> },
  token: RefreshToken,
): Promise<void> {
  if (token.exp !== undefined && (grant.exp ?? 0) < token.exp) {
    grant.exp = token.exp + day;
    await grant.save();
  }
}
