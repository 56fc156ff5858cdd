/** Files of the lake for the browser, through the portal's origin but never of it. */
export { fileRoutes } from './file-routes.ts';
