import { createTokenKeeper, createTokenVerifier, type IssuerClient } from '@vre/identity';
import { audiences, type Service, type ServiceContext } from '@vre/service';
import type { FastifyInstance } from 'fastify';
import { createAbacus } from './accounts/abacus.ts';
import { accountRoutes } from './accounts/account-routes.ts';
import { identityRoutes } from './accounts/identity-routes.ts';
import { limitRoutes } from './accounts/limit-routes.ts';
import { audit } from './audit.ts';
import { authRoutes } from './authentication/auth-routes.ts';
import { createAuthenticate } from './authentication/authenticate.ts';
import { createLakeIssuer } from './authentication/lake-issuer.ts';
import { createOidcFlow } from './authentication/oidc-flow.ts';
import { createPasswords } from './authentication/userpass.ts';
import type { DataLakeConfig } from './config.ts';
import { didRoutes } from './dids/did-routes.ts';
import { createUndertaker } from './dids/undertaker.ts';
import { prepareElements } from './elements.ts';
import { eventRoutes } from './event-routes.ts';
import { createHousekeeper } from './housekeeper.ts';
import type { Lake, StorageOf } from './lake.ts';
import { createLocalStorage, type LakeElement } from './local-storage.ts';
import { dataLakeMigrations } from './migrations.ts';
import { operatorRoutes } from './operator-routes.ts';
import { createAuditor } from './replicas/auditor.ts';
import { createNecromancer } from './replicas/necromancer.ts';
import { createReaper } from './replicas/reaper.ts';
import { replicaRoutes } from './replicas/replica-routes.ts';
import { createUploadReconciler } from './replicas/upload-reconciler.ts';
import { sendJson } from './rest/answers.ts';
import { renderError } from './rest/render-error.ts';
import { requireToken, speakRucio } from './rest/wire.ts';
import { createRseDirectory } from './rses/rse-directory.ts';
import { rseRoutes } from './rses/rse-routes.ts';
import { createJudgeCleaner } from './rules/judge-cleaner.ts';
import { createJudgeEvaluator } from './rules/judge-evaluator.ts';
import { createJudgeInjector } from './rules/judge-injector.ts';
import { createJudgeRepairer } from './rules/judge-repairer.ts';
import { ruleRoutes } from './rules/rule-routes.ts';
import { scopeRoutes } from './scopes/scope-routes.ts';
import { traceRoutes } from './traces/trace-routes.ts';
import { createConveyor } from './transfers/conveyor.ts';
import { createElementWatch } from './transfers/element-watch.ts';

/** Version of the API that this lake speaks; clients print it. */
const apiVersion = '41.5.1';

/** What the composition decides. */
export type DataLakeOptions = {
  /** Elements of this host, the same for the storage door and for the lake; registered at start if missing. */
  readonly elements: readonly LakeElement[];
  /** Adapters of further elements that this host reaches. */
  readonly storage?: StorageOf;
};

/**
 * Puts the data lake together. It reaches the bytes of the given elements itself; replicas elsewhere are taken at
 * their word and not transferred.
 */
export function createDataLakeService(
  context: ServiceContext,
  config: DataLakeConfig,
  options: DataLakeOptions,
): Service {
  const local = createLocalStorage(options.elements);
  const lake: Lake = {
    ...context,
    config,
    storage: (rse) => local.of(rse) ?? options.storage?.(rse),
    rses: createRseDirectory(context.database),
    random: Math.random,
  };
  const now = () => context.clock.now();
  const issuer = createLakeIssuer(context);
  const verifier = createTokenVerifier(
    [
      { issuer: context.addresses.issuer, audiences: [audiences.lake] },
      ...config['trusted-issuers'].map((trusted) => ({
        issuer: trusted.issuer,
        audiences: [trusted.audience],
      })),
    ],
    context.http,
    now,
  );
  const keeper = createTokenKeeper({
    database: context.database,
    schema: 'lake',
    secrets: context.secrets,
    issuer: verifier.issuer(context.addresses.issuer) as IssuerClient,
    client: context.oidcClient,
    now,
  });
  const authenticate = createAuthenticate(lake, issuer, verifier);
  const passwords = createPasswords(lake);
  const flow = createOidcFlow(lake, verifier, keeper, authenticate);

  return {
    name: 'data-lake',
    migrations: dataLakeMigrations,
    http: { renderError, bodyLimit: 16 * 1024 * 1024 },
    routes: async (app: FastifyInstance) => {
      await app.register(async (open) => {
        speakRucio(open, config['allowed-origins']);
        open.get('/ping', async (_request, reply) => sendJson(reply, { version: apiVersion }));
        traceRoutes(open, lake);
        authRoutes(open, lake, { issuer, passwords, flow, authenticate });
      });
      await app.register(async (api) => {
        speakRucio(api, config['allowed-origins']);
        requireToken(api, authenticate);
        accountRoutes(api, lake);
        identityRoutes(api, lake);
        limitRoutes(api, lake);
        scopeRoutes(api, lake);
        rseRoutes(api, lake);
        didRoutes(api, lake);
        replicaRoutes(api, lake);
        ruleRoutes(api, lake);
        eventRoutes(api, lake);
      });
    },
    operatorRoutes: (app) => operatorRoutes(app, lake),
    daemons: [
      createJudgeEvaluator(lake),
      createJudgeInjector(lake),
      createConveyor(lake),
      createElementWatch(lake),
      createJudgeCleaner(lake),
      createJudgeRepairer(lake),
      createNecromancer(lake),
      createUndertaker(lake),
      createReaper(lake),
      createUploadReconciler(lake),
      createAuditor(lake),
      createAbacus(lake),
      createHousekeeper(lake),
    ],
    start: async () => {
      await local.open();
      await issuer.start();
      await prepareElements(lake, options.elements);
      await passwords.start();
    },
    stop: async () => local.close(),
    health: async () => {
      const elements = await lake.rses.all();
      return { ok: elements.length > 0, detail: `${elements.length} storage elements are registered.` };
    },
    audit: () => audit(lake),
  };
}
