/** Reverse proxy: a fixed table of prefixes, clean headers, streams both ways, WebSockets. */
export { createProxy } from './proxy.ts';
export {
  createRouteTable,
  issuerApi,
  lakeToken,
  matchRoute,
  notebooksToken,
  type ProxyRoute,
  workflowsToken,
} from './route-table.ts';
export { serviceFailure } from './service-failure.ts';
export { createUpstreams } from './upstream.ts';
