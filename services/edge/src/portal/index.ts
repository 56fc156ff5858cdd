/** The portal's own files. */
export { portalRoutes } from './portal-routes.ts';
