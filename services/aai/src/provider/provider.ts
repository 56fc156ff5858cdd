import { type Clock, lakeCapabilitySet } from '@vre/service';
import type { Logger } from '@vre/telemetry';
import {
  type Configuration,
  errors,
  type KoaContextWithOIDC,
  Provider,
  type ResourceServer,
} from 'oidc-provider';
import type { Account } from '../accounts/account.ts';
import { type ClientDeclaration, clientMetadata } from '../clients/client.ts';
import type { Membership } from '../groups/group-store.ts';
import type { KeySet } from '../keys/signing-keys.ts';
import { audiencesOf, resourceOf } from '../tokens/audience.ts';
import { type AudienceKinds, askableScopes, decideAudiences } from '../tokens/policy.ts';
import { claimsByScope, identityClaims, wlcgClaims } from '../tokens/token-profile.ts';
import { interactions } from './interaction-policy.ts';
import { mountPathOf } from './mount-path.ts';
import { cookieOptions } from './provider-cookies.ts';
import type { ProviderPages } from './provider-pages.ts';
import type { ProviderRecords } from './provider-records.ts';
import { registerRefreshGrant } from './refresh-grant.ts';

/** Lives in seconds. */
export type Lifetimes = {
  readonly accessToken: number;
  readonly refreshToken: number;
  readonly refreshGrace: number;
  readonly session: number;
};

export type ProviderParts = {
  readonly issuer: string;
  readonly log: Logger;
  readonly clock: Clock;
  readonly keys: KeySet;
  readonly records: ProviderRecords;
  readonly clients: ReadonlyMap<string, ClientDeclaration>;
  readonly audienceKinds: AudienceKinds;
  readonly signingAlgorithm: 'ES256' | 'RS256';
  readonly lifetimes: Lifetimes;
  readonly pages: ProviderPages;
  accountById(id: string): Promise<Account | undefined>;
  membershipsOf(id: string): Promise<readonly Membership[]>;
};

const day = 86_400;

/** The OpenID provider, configured; {@link provider-routes} puts it below Fastify. */
export function createProvider(parts: ProviderParts): Provider {
  const { clients, log } = parts;
  const declared = (id: string): ClientDeclaration => {
    const client = clients.get(id);
    if (!client) throw new errors.InvalidClient('client is invalid', 'client not declared');
    return client;
  };
  const defaultResource = (clientId: string) => resourceOf(declared(clientId).audiences.slice(0, 1));
  const resourceServer = (clientId: string, resource: string, scopes: Iterable<string>): ResourceServer => {
    const client = declared(clientId);
    const audiences = audiencesOf(resource);
    const decision = decideAudiences(client, audiences);
    if (!decision.allowed) throw new errors.InvalidTarget(decision.reason);
    return {
      // What fits the audience is decided when a token is signed: a refresh may ask for another audience.
      scope: askableScopes(client, scopes).join(' '),
      audience: audiences.join(' '),
      accessTokenFormat: 'jwt',
      accessTokenTTL: parts.lifetimes.accessToken,
      jwt: { sign: { alg: parts.signingAlgorithm } },
    };
  };
  const activeAccount = async (id: string): Promise<Account | undefined> => {
    const account = await parts.accountById(id);
    return account?.state === 'active' ? account : undefined;
  };
  const findAccount = async (id: string) => {
    const account = await activeAccount(id);
    if (!account) return undefined;
    return {
      accountId: account.id,
      claims: async (_use: string, scope: string) => ({
        ...identityClaims(account, await parts.membershipsOf(account.id), scope.split(' ')),
        sub: account.id,
      }),
    };
  };

  const configuration: Configuration = {
    adapter: (model: string) => parts.records.adapter(model),
    clients: [...clients.values()].map(clientMetadata),
    jwks: { keys: [...parts.keys.privateKeys] as never },
    findAccount: (_ctx, id) => findAccount(id),
    claims: Object.fromEntries(Object.entries(claimsByScope).map(([scope, claims]) => [scope, [...claims]])),
    // Published in the metadata; groups and paths by name cannot be listed.
    scopes: ['openid', 'offline_access', 'profile', 'email', 'wlcg.groups', lakeCapabilitySet],
    responseTypes: ['code'],
    subjectTypes: ['public'],
    pkce: { required: () => true },
    clientBasedCORS: () => false,
    // What is confirmed each time is a grant of its own, so that revoking one token leaves the others alone.
    loadExistingGrant: async (ctx) => {
      const { client, provider, result, session } = ctx.oidc;
      const fresh = declared(client?.clientId ?? '').consent === 'always';
      const id =
        result?.consent?.grantId ?? (fresh ? undefined : session?.grantIdFor(client?.clientId ?? ''));
      return id === undefined ? undefined : provider.Grant.find(id);
    },
    // Access tokens are JWTs with their own audience; what the code was issued for is what the token is for.
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      introspection: { enabled: false },
      deviceFlow: {
        enabled: true,
        charset: 'base-20',
        mask: '****-****',
        userCodeInputSource: parts.pages.deviceInput,
        userCodeConfirmSource: parts.pages.deviceConfirm,
        successSource: parts.pages.deviceDone,
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: parts.pages.logout,
        postLogoutSuccessSource: parts.pages.loggedOut,
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_ctx, client, oneOf) => oneOf ?? defaultResource(client.clientId),
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, resource, client) =>
          resourceServer(client.clientId, resource, requestedScopes(ctx)),
      },
    },
    formats: {
      customizers: {
        jwt: async (ctx, token, jwt) => {
          const id = 'accountId' in token ? token.accountId : undefined;
          const account = id === undefined ? undefined : await activeAccount(id);
          if (id !== undefined && !account) throw new errors.InvalidGrant('the account is disabled');
          const source =
            ctx.oidc.entities.AuthorizationCode ??
            ctx.oidc.entities.DeviceCode ??
            ctx.oidc.entities.RefreshToken;
          const claims = wlcgClaims({
            scope: token.scope ?? '',
            audience: String(jwt.payload.aud),
            audienceKinds: parts.audienceKinds,
            issuedAt: Number(jwt.payload.iat),
            person: account && { account, memberships: await parts.membershipsOf(account.id) },
            authTime: source?.authTime,
            amr: source?.amr,
          });
          for (const [claim, value] of Object.entries(claims)) {
            if (value === undefined) delete jwt.payload[claim];
            else jwt.payload[claim] = value;
          }
        },
      },
    },
    ttl: {
      AccessToken: parts.lifetimes.accessToken,
      ClientCredentials: parts.lifetimes.accessToken,
      AuthorizationCode: 60,
      DeviceCode: 600,
      IdToken: 600,
      Interaction: 1800,
      Session: parts.lifetimes.session,
      RefreshToken: parts.lifetimes.refreshToken,
      // Longer than what refers to it; refreshing extends it.
      Grant: Math.max(parts.lifetimes.refreshToken, parts.lifetimes.session) + day,
    },
    interactions: {
      url: (_ctx, interaction) => `${mountPathOf(parts.issuer)}/interaction/${interaction.uid}`,
      policy: interactions(clients),
    },
    cookies: cookieOptions(parts.issuer, parts.keys.cookieKey),
    renderError: parts.pages.error,
    routes: {
      authorization: '/authorize',
      token: '/token',
      jwks: '/jwk',
      userinfo: '/userinfo',
      revocation: '/revoke',
      device_authorization: '/devicecode',
      code_verification: '/device',
      end_session: '/logout',
    },
  };
  const provider = new Provider(parts.issuer, configuration);
  provider.proxy = true;
  registerRefreshGrant(provider, {
    records: parts.records,
    log,
    graceSeconds: parts.lifetimes.refreshGrace,
    resourceServer,
    defaultResource,
    findAccount,
  });
  logEvents(provider, log);
  return provider;
}

/** Scopes of this request; at the token endpoint they are those of the code, which is where they were granted. */
function requestedScopes(ctx: KoaContextWithOIDC): readonly string[] {
  const { entities, params } = ctx.oidc;
  const granted = entities.AuthorizationCode?.scope ?? entities.DeviceCode?.scope;
  const scope = granted ?? (typeof params?.scope === 'string' ? params.scope : '');
  return scope.split(' ').filter((word) => word !== '');
}

function logEvents(provider: Provider, log: Logger): void {
  provider.on('server_error', (ctx, error) =>
    log.error({ err: error, path: ctx.path }, 'the provider failed'),
  );
  for (const event of [
    'authorization.error',
    'grant.error',
    'revocation.error',
    'device_authorization.error',
  ] as const) {
    provider.on(event as 'grant.error', (ctx, error) =>
      log.info(
        {
          event,
          clientId: ctx.oidc?.client?.clientId,
          error: error.error,
          detail: error.error_detail ?? error.message,
        },
        'refused',
      ),
    );
  }
}
