import { createHash } from 'node:crypto';
import type { Clock } from '@vre/service';
import type { Logger } from '@vre/telemetry';
import {
  type Configuration,
  errors,
  interactionPolicy,
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

/** Path below which the provider answers: `/aai`, or nothing for an issuer at the root of its host. */
export const mountPathOf = (issuer: string): string => new URL(issuer).pathname.replace(/\/$/, '');

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
    scopes: ['openid', 'offline_access', 'profile', 'email'],
    responseTypes: ['code'],
    subjectTypes: ['public'],
    pkce: { required: () => true },
    clientBasedCORS: () => false,
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

/** The library's prompts, and the two things they do not know: disabled accounts and clients to be confirmed each time. */
function interactions(clients: ReadonlyMap<string, ClientDeclaration>) {
  const { Check, base } = interactionPolicy;
  const policy = base();
  policy
    .get('login')
    ?.checks.add(
      new Check(
        'account_gone',
        'the account of this session is disabled',
        (ctx) => Boolean(ctx.oidc.session?.accountId) && !ctx.oidc.account,
      ),
    );
  policy
    .get('consent')
    ?.checks.add(
      new Check(
        'confirm_each_time',
        'this client is confirmed by the person every time',
        (ctx) =>
          clients.get(ctx.oidc.client?.clientId ?? '')?.consent === 'always' &&
          ctx.oidc.result?.consent === undefined,
      ),
    );
  return policy;
}

/** Cookies are shared between ports of a host, so their names tell one VRE from another. */
function cookieOptions(issuer: string, key: string): NonNullable<Configuration['cookies']> {
  const instance = createHash('sha256').update(issuer).digest('hex').slice(0, 8);
  const options = { httpOnly: true, sameSite: 'lax', signed: true } as const;
  return {
    names: {
      session: `vre_aai_${instance}_session`,
      interaction: `vre_aai_${instance}_interaction`,
      resume: `vre_aai_${instance}_resume`,
    },
    long: { ...options, path: mountPathOf(issuer) || '/' },
    short: options,
    keys: [key],
  };
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
