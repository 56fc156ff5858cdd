/** Listeners on TCP, TLS and unix sockets, streams, and the parts every protocol's error renderer shares. */

export { type EventStream, openEventStream } from './event-stream.ts';
export { sentenceOf, statusOf } from './failure.ts';
export { escapeHtml, html, Markup } from './html.ts';
export {
  createHttpServer,
  type HttpServer,
  type HttpServerOptions,
  type ListenAddress,
} from './http-server.ts';
export { sendLines } from './line-stream.ts';
export { type EventSource, streamOutbox } from './outbox-stream.ts';
export { formTargetOf, type PagePlace, page, pageHeaders } from './page.ts';
export { pageAssetRoutes } from './page-assets.ts';
export { readCookie } from './read-cookie.ts';
