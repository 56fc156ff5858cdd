import type { Daemon } from '@vre/daemon';
import type { Environment } from '@vre/environments';
import { createIssuerClient, createTokenKeeper, createTokenVerifier, type TokenKeeper } from '@vre/identity';
import { hubApiVersion } from '@vre/protocol-jupyterhub';
import { audiences, type ServiceContext } from '@vre/service';
import type { FastifyInstance } from 'fastify';
import { type Authenticator, createAuthenticator } from './access/authenticator.ts';
import { createCallers } from './access/callers.ts';
import { createPeople } from './access/people.ts';
import { createServerAccess, type ServerAccess } from './access/server-access.ts';
import { createServerPasses } from './access/server-passes.ts';
import { createStanding, type Standing } from './access/standing.ts';
import type { Account } from './accounts/account.ts';
import { accountRoutes } from './accounts/account-routes.ts';
import { createProvisioning } from './accounts/provisioning.ts';
import { activityRoutes } from './hub-api/activity-routes.ts';
import { eventRoutes, hubRoutes } from './hub-api/hub-routes.ts';
import { bodyParsers } from './hub-api/request-body.ts';
import { serverRoutes } from './hub-api/server-routes.ts';
import { userRoutes } from './hub-api/user-routes.ts';
import type { NotebooksConfig } from './notebooks-config.ts';
import { oauthRoutes } from './oauth/oauth-routes.ts';
import { createOAuthService } from './oauth/oauth-service.ts';
import { pageRoutes } from './pages/page-routes.ts';
import { profileRoutes } from './profiles/profile-routes.ts';
import type { ServerReader, Servers } from './servers/servers.ts';
import { hubCookies } from './sign-in/hub-cookies.ts';
import { createSessionCleaner } from './sign-in/session-cleaner.ts';
import { countOverdue } from './sign-in/session-store.ts';
import { createSessions } from './sign-in/sessions.ts';
import { createSignIn } from './sign-in/sign-in.ts';
import { signInRoutes } from './sign-in/sign-in-routes.ts';
import { toWorkflowRoutes } from './to-workflow/to-workflow-routes.ts';
import { tokenRoutes } from './tokens/token-routes.ts';

/** What the REST API shows besides people. */
export type HubRooms = {
  readonly servers: Servers;
  readonly read: ServerReader;
  readonly environments: readonly Environment[];
  /** Where environments are built. */
  readonly buildDirectory: string;
};

/** People, their sessions and tokens, and the REST API; servers are run by others. */
export interface Hub {
  /** Refresh tokens of the people who signed in: what servers reach data with. */
  readonly keeper: TokenKeeper;
  readonly access: ServerAccess;
  readonly authenticator: Authenticator;
  /** Everything below `/hub/`, and `/x-events`. */
  routes(app: FastifyInstance, parts: HubRooms): void;
  operatorRoutes(app: FastifyInstance): void;
  readonly daemons: readonly Daemon[];
  stop(): void;
  /** Sessions that should have been removed long ago. */
  overdueSessions(): Promise<number>;
}

const dayMilliseconds = 24 * 3_600_000;

export function createHub(context: ServiceContext, config: NotebooksConfig): Hub {
  const { addresses, clock, database } = context;
  const now = () => clock.now();
  const verifier = createTokenVerifier(
    [{ issuer: addresses.issuer, audiences: [audiences.notebooks] }],
    context.http,
    now,
  );
  const issuer = verifier.issuer(addresses.issuer) ?? createIssuerClient(addresses.issuer, context.http, now);
  const keeper = createTokenKeeper({
    database,
    schema: 'hub',
    secrets: context.secrets,
    issuer,
    client: context.oidcClient,
    now,
  });
  const administratorGroups = config['administrator-groups'];
  const provisioning = createProvisioning(context, verifier);
  const standing: Standing = createStanding({ keeper, verifier, provisioning, clock });
  const cookies = hubCookies(addresses.notebooks);
  const sessions = createSessions(context, config['session-life-time'], cookies, (account: Account) =>
    standing.check(account),
  );
  const callers = createCallers(context, { verifier, provisioning, sessions, standing, administratorGroups });
  const authenticator = createAuthenticator(callers, sessions, addresses.notebooks);
  const people = createPeople(database);
  const oauth = createOAuthService(context, config['session-life-time']);
  const signIn = createSignIn(context, issuer, keeper, provisioning);

  return {
    keeper,
    authenticator,
    access: createServerAccess(callers, sessions, cookies.sessionName, clock, createServerPasses(context)),
    routes: (app, { servers, read, environments, buildDirectory }) => {
      app.register(async (hub) => {
        bodyParsers(hub);
        hub.addHook('onRequest', async (_request, reply) => {
          // On the raw answer, so that streams carry it too.
          reply.raw.setHeader('x-jupyterhub-version', hubApiVersion);
        });
        signInRoutes(hub, { signIn, sessions, standing, cookies, authenticator, portal: addresses.portal });
        pageRoutes(hub, { portal: addresses.portal, authenticator });
        eventRoutes(hub, '/x-events', context, authenticator, sessions);
        await hub.register(
          async (api) => {
            api.addHook('onRequest', async (_request, reply) => {
              reply.raw.setHeader('x-content-type-options', 'nosniff');
              reply.header('cache-control', 'no-store');
            });
            const parts = {
              context,
              authenticator,
              people,
              servers,
              read,
              settings: {
                hub: addresses.notebooks,
                times: {
                  idleSeconds: config['idle-time'],
                  longestSeconds: config['longest-life'],
                  homeBytes: config['home-size'],
                },
                administratorGroups,
              },
            };
            hubRoutes(api, parts);
            profileRoutes(api, { context, authenticator, environments, buildDirectory });
            userRoutes(api, parts);
            serverRoutes(api, parts);
            activityRoutes(api, parts);
            toWorkflowRoutes(api, {
              ...parts,
              environments,
              dataDirectory: context.dataDirectory,
              submit: { http: context.http, addresses, keeper },
            });
            oauthRoutes(api, authenticator, oauth);
            tokenRoutes(api, context, {
              authenticator,
              people,
              longestLifeSeconds: config['token-life-time'],
              administratorGroups,
            });
            eventRoutes(api, '/x-events', context, authenticator, sessions);
          },
          { prefix: '/hub/api' },
        );
      });
    },
    operatorRoutes: (app) => accountRoutes(app, database),
    daemons: [createSessionCleaner(context)],
    stop: () => sessions.stop(),
    overdueSessions: () => countOverdue(database.direct, new Date(clock.now().getTime() - dayMilliseconds)),
  };
}
