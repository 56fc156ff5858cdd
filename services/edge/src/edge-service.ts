import { createIssuerClient } from '@vre/identity';
import type { Service, ServiceContext } from '@vre/service';
import { isAdministratorAtIssuer } from './account-role/account-role.ts';
import type { EdgeConfig } from './edge-config.ts';
import { renderEdgeError } from './edge-error.ts';
import { type EventSource, eventRoutes } from './events/index.ts';
import { fileRoutes } from './files/index.ts';
import { authorityRoute, portalRoutes } from './portal/index.ts';
import {
  createProxy,
  createRouteTable,
  createUpstreams,
  issuerApi,
  lakeToken,
  matchRoute,
  notebooksToken,
  type ProxyRoute,
  workflowsToken,
} from './proxy/index.ts';
import {
  createSessions,
  createSignIn,
  createSignOut,
  requireSession,
  sessionCleaner,
  sessionCookies,
  sessionRoutes,
} from './sessions/index.ts';
import { createTokenBroker } from './token-broker/index.ts';

/** `portalDirectory` holds the portal's build, `index.html` at its top; it may appear later. */
export type EdgeOptions = { readonly portalDirectory: string };

const feature = (name: string) => new URL(`../src/${name}/migrations/`, import.meta.url);

/** Migrations of the schema `edge`. */
export const edgeMigrations = {
  service: 'edge',
  directories: [feature('sessions'), feature('token-broker')],
};

/** Puts the edge together: what browsers see, and the only holder of their sessions and tokens. */
export async function createEdgeService(
  context: ServiceContext,
  config: EdgeConfig,
  options: EdgeOptions,
): Promise<Service> {
  const { addresses, clock, http } = context;
  const issuer = createIssuerClient(addresses.issuer, http, () => clock.now());
  const cookies = sessionCookies(addresses.portal);
  const sessions = createSessions(context, config, cookies);
  const signIn = createSignIn(context, config, issuer);
  const signOut = createSignOut(context, issuer);
  const withSession = requireSession(sessions, addresses.portal);
  const tokens = createTokenBroker(context, sessions, issuer);
  const upstreams = createUpstreams(addresses, config['answer-timeout'] * 1000);
  const scopes = config['sign-in-scopes'];
  const lake = lakeToken(addresses, scopes);
  const routes = createRouteTable(addresses, scopes);
  const own = issuerApi(routes);
  const proxy = createProxy({
    context,
    routes,
    upstreams,
    sessions,
    requireSession: withSession,
    tokens,
  });
  const sources: Readonly<Record<EdgeConfig['services'][number], EventSource>> = {
    'data-lake': { service: 'data-lake', path: '/x-events', wanted: lake },
    workflows: { service: 'workflows', path: '/x-events', wanted: workflowsToken(scopes) },
    notebooks: { service: 'notebooks', path: '/x-events', wanted: notebooksToken(scopes) },
  };

  return {
    name: 'edge',
    migrations: edgeMigrations,
    http: {
      renderError: renderEdgeError,
      // Clients of the issuer join its address, which ends with a slash, and a path that begins with one.
      rewriteUrl: (url) => collapseSlashes(url, routes),
      onUpgrade: proxy.onUpgrade,
    },
    routes: async (app) => {
      // No route of the edge itself reads a body, and what is passed on is taken over before this.
      app.removeAllContentTypeParsers();
      app.addContentTypeParser('*', (_request, payload, done) => {
        payload.resume();
        done(null);
      });
      proxy.routes(app);
      sessionRoutes(app, {
        sessions,
        signIn,
        signOut,
        requireSession: withSession,
        cookies,
        isAdministrator: async (sessionId) =>
          own !== undefined && isAdministratorAtIssuer(http, addresses, tokens, sessionId, own),
        addresses,
        services: config.services,
      });
      fileRoutes(app, {
        http,
        addresses,
        requireSession: withSession,
        tokens,
        wanted: lake,
        trustedStorage: config['trusted-storage'],
      });
      eventRoutes(app, {
        http,
        addresses,
        clock,
        sessions,
        requireSession: withSession,
        tokens,
        sources: [
          ...config.services.map((service) => sources[service]),
          ...(own ? [{ service: 'aai', ...own.events } as const] : []),
        ],
      });
      authorityRoute(app, addresses);
      await portalRoutes(app, { directory: options.portalDirectory, addresses });
    },
    daemons: [sessionCleaner(sessions, signOut, context.outbox, clock)],
    start: async () => undefined,
    stop: async () => {
      sessions.watch.stop();
      await upstreams.close();
    },
    health: async () => {
      const found = await issuer.metadata().then(
        () => undefined,
        (error: Error) => error.message,
      );
      return found === undefined
        ? { ok: true, detail: 'The issuer answers.' }
        : {
            ok: false,
            detail: `Nobody can sign in: the issuer ${addresses.issuer} cannot be asked (${found}).`,
          };
    },
    audit: async () => {
      const overdue = await sessions.overdue();
      return overdue === 0
        ? []
        : [
            {
              invariant: 'expired sessions are removed within a day',
              subject: 'edge.session',
              detail: `${overdue} sessions ended more than a day ago: does the worker run edge-session-cleaner?`,
            },
          ];
    },
  };
}

/** Only where it leads to the sign-in service: elsewhere `//` may be part of a name. */
function collapseSlashes(url: string, routes: readonly ProxyRoute[]): string {
  if (!url.includes('//')) return url;
  const [path = '/', ...query] = url.split('?');
  const collapsed = path.replace(/\/{2,}/g, '/');
  return matchRoute(routes, collapsed)?.access.kind === 'own-cookies' ? [collapsed, ...query].join('?') : url;
}
