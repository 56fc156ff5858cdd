import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Gate } from './access/gate.tsx';
import { PageMissing } from './shell/page-missing.tsx';
import { PagePending } from './shell/page-pending.tsx';
import { PageProblem } from './shell/page-problem.tsx';

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Every value in an address is plain text: `?page=2`, as other programs and people write it. */
const parseSearch = (search: string): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(search));
const stringifySearch = (search: Record<string, unknown>): string => {
  const filled = Object.entries(search).flatMap(([key, value]) =>
    typeof value === 'string' && value !== '' ? [[key, value] as [string, string]] : [],
  );
  return filled.length === 0 ? '' : `?${new URLSearchParams(filled).toString()}`;
};

/** Keeps the known, filled keys of a query string. */
const only =
  <const Key extends string>(...keys: readonly Key[]) =>
  (search: Record<string, unknown>): { [K in Key]?: string } => {
    const found: { [K in Key]?: string } = {};
    for (const key of keys) {
      const value = text(search[key]);
      if (value !== undefined) found[key] = value;
    }
    return found;
  };

const root = createRootRoute({ component: Gate, notFoundComponent: PageMissing });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./home/home-page.tsx'), 'HomePage'),
});
const lake = createRoute({
  getParentRoute: () => root,
  path: '/lake',
  validateSearch: only('name'),
  component: lazyRouteComponent(() => import('./lake/scopes/scopes-page.tsx'), 'ScopesPage'),
});
const scope = createRoute({
  getParentRoute: () => root,
  path: '/lake/scopes/$scope',
  validateSearch: only('name', 'type'),
  component: lazyRouteComponent(() => import('./lake/scopes/scope-page.tsx'), 'ScopePage'),
});
const did = createRoute({
  getParentRoute: () => root,
  path: '/lake/dids/$scope/$',
  validateSearch: only('tab', 'name'),
  component: lazyRouteComponent(() => import('./lake/did/did-page.tsx'), 'DidPage'),
});
const elements = createRoute({
  getParentRoute: () => root,
  path: '/lake/elements',
  component: lazyRouteComponent(() => import('./lake/elements/elements-page.tsx'), 'ElementsPage'),
});
const element = createRoute({
  getParentRoute: () => root,
  path: '/lake/elements/$element',
  component: lazyRouteComponent(() => import('./lake/elements/element-page.tsx'), 'ElementPage'),
});
const runs = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  validateSearch: only('name', 'status', 'page'),
  component: lazyRouteComponent(() => import('./runs/list/runs-page.tsx'), 'RunsPage'),
});
const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$run',
  validateSearch: only('tab', 'step', 'file', 'name'),
  component: lazyRouteComponent(() => import('./runs/run/run-page.tsx'), 'RunPage'),
});
const notebooks = createRoute({
  getParentRoute: () => root,
  path: '/notebooks',
  validateSearch: only('name', 'category', 'start'),
  component: lazyRouteComponent(() => import('./notebooks/own/notebooks-page.tsx'), 'NotebooksPage'),
});
const allNotebooks = createRoute({
  getParentRoute: () => root,
  path: '/notebooks/all',
  validateSearch: only('page'),
  component: lazyRouteComponent(() => import('./notebooks/all/all-servers-page.tsx'), 'AllServersPage'),
});
const computer = createRoute({
  getParentRoute: () => root,
  path: '/computer',
  validateSearch: only('connected', 'error'),
  component: lazyRouteComponent(() => import('./computer/computer-page.tsx'), 'ComputerPage'),
});

/** Every page of the portal; each is loaded when it is first visited. */
export const createPortalRouter = () =>
  createRouter({
    routeTree: root.addChildren([
      home,
      lake,
      scope,
      did,
      elements,
      element,
      runs,
      run,
      notebooks,
      allNotebooks,
      computer,
    ]),
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultErrorComponent: PageProblem,
    defaultPendingComponent: PagePending,
    scrollRestoration: true,
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPortalRouter>;
  }
}
