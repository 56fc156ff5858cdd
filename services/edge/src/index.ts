/** Listeners' front: browser sessions, token broker, reverse proxy, files and events for the portal, static pages. */
export { type EdgeConfig, edgeConfigSchema } from './edge-config.ts';
export { createEdgeService, type EdgeOptions, edgeMigrations } from './edge-service.ts';
