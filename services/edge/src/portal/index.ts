/** The portal's own files. */
export { authorityRoute } from './authority-route.ts';
export { portalRoutes } from './portal-routes.ts';
