/** What happened in all services, as one stream for a browser. */
export { type EventSource, eventRoutes } from './event-routes.ts';
