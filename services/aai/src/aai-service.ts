import formbody from '@fastify/formbody';
import { sql } from '@vre/database';
import { pageAssetRoutes } from '@vre/http-server';
import { audiences, type Service, type ServiceContext } from '@vre/service';
import { auditAai } from './aai-audit.ts';
import type { AaiConfig } from './aai-config.ts';
import { administrationRoutes } from './account-api/administration-routes.ts';
import { createApiCaller } from './account-api/api-principal.ts';
import { eventRoutes } from './account-api/event-routes.ts';
import { createOpenSessions } from './account-api/open-sessions.ts';
import { ownAccountRoutes } from './account-api/own-account-routes.ts';
import { createAccounts } from './accounts/account-service.ts';
import { ensureFirstAdministrator, forgetFirstAdministrator } from './accounts/first-administrator.ts';
import { createPasswordHash } from './accounts/password-hash.ts';
import type { ClientDeclaration } from './clients/client.ts';
import { createGroups } from './groups/group-service.ts';
import { createFormGuard } from './interactions/form-guard.ts';
import { interactionRoutes } from './interactions/interaction-routes.ts';
import { ensureKeys, type KeySet } from './keys/signing-keys.ts';
import { createAttemptLimiter } from './login-limits/attempt-limiter.ts';
import { aaiMigrations } from './migrations.ts';
import { operatorRoutes } from './operator/operator-routes.ts';
import { createExpiredRecords } from './provider/expired-records.ts';
import { mountPathOf } from './provider/mount-path.ts';
import { createProvider } from './provider/provider.ts';
import { createProviderPages } from './provider/provider-pages.ts';
import { createProviderRecords, endEverything } from './provider/provider-records.ts';
import { providerRoutes, userCodeLimit } from './provider/provider-routes.ts';
import { userinfoRoutes } from './provider/userinfo-routes.ts';
import { createErrorRenderer } from './render-error.ts';
import { createOwnTokens } from './tokens/own-token.ts';

/** The identity provider. `declared` are the clients of the platform itself; `apps/vre` knows them. */
export function createAaiService(
  context: ServiceContext,
  config: AaiConfig,
  declared: readonly ClientDeclaration[],
): Service {
  const { database, outbox, clock, secrets, identifiers, log } = context;
  const { issuer } = context.addresses;
  const place = { mountPath: mountPathOf(issuer) };
  const clients = new Map(declared.map((client) => [client.id, client]));
  if (clients.size !== declared.length) throw new Error('two OpenID clients share an id');
  const passwords = createPasswordHash();
  const accounts = createAccounts({
    database,
    outbox,
    clock,
    identifiers,
    passwords,
    shortestPassword: config['password-length'],
    endEverything,
  });
  const groups = createGroups({ database, outbox, clock });
  const limits = config['login-limits'];
  const limiter = createAttemptLimiter(database, clock, limits.window);
  let keys: KeySet | undefined;
  const loadedKeys = (): KeySet => {
    if (!keys) throw new Error('the identity provider was not started: call start() before routes()');
    return keys;
  };

  return {
    name: 'aai',
    migrations: aaiMigrations,
    http: {
      renderError: createErrorRenderer(place),
      // Clients of the field join an issuer that ends with a slash and a path that begins with one.
      rewriteUrl: (url) => url.replace(/^[^?]*/, (path) => path.replace(/\/{2,}/g, '/')),
      bodyLimit: 256 * 1024,
    },
    start: async () => {
      keys = await ensureKeys(database, secrets, clock, identifiers);
      await ensureFirstAdministrator(context, passwords, {
        username: config.administrator.username,
        passwordFile: config.administrator['password-file'],
      });
    },
    routes: async (app) => {
      const { publicKeys, cookieKey } = loadedKeys();
      const ownTokens = createOwnTokens(issuer, publicKeys, clock);
      const provider = createProvider({
        issuer,
        log,
        clock,
        keys: loadedKeys(),
        records: createProviderRecords(database, secrets, clock),
        clients,
        audienceKinds: { lake: [audiences.lake, context.addresses.storageDoor] },
        signingAlgorithm: config['signing-algorithm'],
        lifetimes: {
          accessToken: config['access-token-lifetime'],
          refreshToken: config['refresh-token-lifetime'],
          refreshGrace: config['refresh-grace'],
          session: config['session-lifetime'],
        },
        pages: createProviderPages(place, async (ctx) => {
          await limiter.attempt([{ kind: 'user-code', value: ctx.ip, limit: userCodeLimit }]);
        }),
        accountById: accounts.byId,
        membershipsOf: groups.of,
      });
      const caller = createApiCaller(ownTokens, audiences.aai, accounts.byId);

      await app.register(formbody);
      pageAssetRoutes(app, place.mountPath);
      userinfoRoutes(app, {
        mountPath: place.mountPath,
        ownTokens,
        accountById: accounts.byId,
        membershipsOf: groups.of,
      });
      interactionRoutes(app, {
        provider,
        place,
        clients,
        accounts,
        limiter,
        limits: { perAccount: limits['per-account'], perAddress: limits['per-address'] },
        guard: createFormGuard(cookieKey, issuer, clock),
        clock,
        shortestPassword: config['password-length'],
        onPasswordChosen: (account) => forgetFirstAdministrator(context.dataDirectory, account),
      });
      const api = `${place.mountPath}/x`;
      await app.register(
        async (scope) =>
          ownAccountRoutes(scope, {
            accounts,
            groups,
            openSessions: createOpenSessions(database, secrets, clock),
            clients,
            limiter,
            perAccount: limits['per-account'],
            caller,
            endEverything: (accountId) => endEverything(database.direct, accountId),
          }),
        { prefix: api },
      );
      await app.register(async (scope) => administrationRoutes(scope, { accounts, groups, caller }), {
        prefix: api,
      });
      eventRoutes(app, `${place.mountPath}/x-events`, { outbox, caller });
      providerRoutes(app, { provider, issuer, place, limiter });
    },
    operatorRoutes: async (app) =>
      operatorRoutes(app, { accounts, groups, dataDirectory: context.dataDirectory }),
    daemons: [createExpiredRecords({ database, outbox, clock })],
    stop: async () => undefined,
    health: async () => {
      try {
        await sql`select from aai.signing_key limit 1`.execute(database.direct);
        return { ok: true, detail: 'Accounts and keys are readable.' };
      } catch (error) {
        log.error({ err: error }, 'health check failed');
        return { ok: false, detail: 'The database of accounts does not answer; see that PostgreSQL runs.' };
      }
    },
    audit: () => auditAai(database),
  };
}
