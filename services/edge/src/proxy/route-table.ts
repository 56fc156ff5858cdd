import { type Addresses, audiences, lakeCapabilitySet, type ServiceName } from '@vre/service';
import type { WantedToken } from '../token-broker/index.ts';

/** Whose credentials reach the service. */
export type Access =
  /** A signed-in browser: the edge adds a token for the service's audience in this header. */
  | {
      readonly kind: 'session';
      readonly wanted: WantedToken;
      readonly header: 'x-rucio-auth-token' | 'authorization';
    }
  /** A client with a token of its own; cookies are dropped both ways. */
  | { readonly kind: 'own-token' }
  /** The sign-in service, whose own cookies pass. */
  | { readonly kind: 'own-cookies' };

/** One line of the table prefix → service → audience. `prefix` ends with `/`, or is the whole path if `exact`. */
export type ProxyRoute = {
  readonly prefix: string;
  readonly exact: boolean;
  readonly service: ServiceName;
  /** What replaces the prefix at the service. */
  readonly target: string;
  readonly access: Access;
};

/** Token for the lake: good for its API and, by the same token, for the storage door. */
export const lakeToken = (addresses: Addresses, scopes: readonly string[]): WantedToken => ({
  audience: `${audiences.lake} ${addresses.storageDoor}`,
  scope: scopes.filter((scope) => scope !== 'offline_access').join(' '),
});

/** Services other than the lake judge by person and group: a token with storage capabilities says less, not more. */
const plainToken = (audience: string, scopes: readonly string[]): WantedToken => ({
  audience,
  scope: scopes.filter((scope) => scope !== 'offline_access' && scope !== lakeCapabilitySet).join(' '),
});

/** Token for the workflow service. */
export const workflowsToken = (scopes: readonly string[]): WantedToken =>
  plainToken(audiences.workflows, scopes);

/** Token for the hub. */
export const notebooksToken = (scopes: readonly string[]): WantedToken =>
  plainToken(audiences.notebooks, scopes);

/**
 * Everything that the edge passes on. `scopes` are those of sign-in. The sign-in service has its lines only where
 * the issuer shares the portal's origin; a foreign issuer is reached at its own host.
 */
export function createRouteTable(addresses: Addresses, scopes: readonly string[]): readonly ProxyRoute[] {
  const issuer = new URL(addresses.issuer);
  const isOurs = issuer.origin === new URL(addresses.portal).origin && issuer.pathname !== '/';
  const issuerPath = issuer.pathname.replace(/\/?$/, '/');
  const wellKnown = `/.well-known/oauth-authorization-server${issuerPath.slice(0, -1)}`;
  const aai: readonly ProxyRoute[] = [
    {
      prefix: '/x/aai/',
      exact: false,
      service: 'aai',
      target: `${issuerPath}x/`,
      access: { kind: 'session', wanted: plainToken(audiences.aai, scopes), header: 'authorization' },
    },
    { prefix: issuerPath, exact: false, service: 'aai', target: issuerPath, access: { kind: 'own-cookies' } },
    { prefix: wellKnown, exact: true, service: 'aai', target: wellKnown, access: { kind: 'own-cookies' } },
  ];
  return [
    {
      prefix: '/x/lake/',
      exact: false,
      service: 'data-lake',
      target: '/',
      access: { kind: 'session', wanted: lakeToken(addresses, scopes), header: 'x-rucio-auth-token' },
    },
    {
      prefix: '/x/reana/',
      exact: false,
      service: 'workflows',
      target: '/api/',
      access: { kind: 'session', wanted: workflowsToken(scopes), header: 'authorization' },
    },
    {
      prefix: '/x/hub/',
      exact: false,
      service: 'notebooks',
      target: '/hub/api/',
      access: { kind: 'session', wanted: notebooksToken(scopes), header: 'authorization' },
    },
    { prefix: '/api/', exact: false, service: 'workflows', target: '/api/', access: { kind: 'own-token' } },
    ...(isOurs ? aai : []),
  ];
}

/** The line of a raw request path; the longest prefix wins. */
export function matchRoute(routes: readonly ProxyRoute[], url: string): ProxyRoute | undefined {
  const path = url.split('?', 1)[0] ?? '';
  return routes
    .filter((route) => (route.exact ? path === route.prefix : path.startsWith(route.prefix)))
    .sort((a, b) => b.prefix.length - a.prefix.length)[0];
}

/** Where our own sign-in service answers for a signed-in person. */
export type IssuerApi = {
  readonly path: string;
  readonly wanted: WantedToken;
  readonly events: { readonly path: string; readonly wanted: WantedToken; readonly rightsEvent: string };
};

/** `undefined` with a foreign issuer. */
export function issuerApi(routes: readonly ProxyRoute[]): IssuerApi | undefined {
  const route = routes.find(({ service, access }) => service === 'aai' && access.kind === 'session');
  if (route?.access.kind !== 'session') return undefined;
  const { target: path } = route;
  const { wanted } = route.access;
  const events = { path: path.replace(/x\/$/, 'x-events'), wanted, rightsEvent: 'account.changed' };
  return { path, wanted, events };
}
