/** Listeners on TCP, TLS and unix sockets, streams, and the parts every protocol's error renderer shares. */

export { type EventStream, openEventStream } from './event-stream.ts';
export { sentenceOf, statusOf } from './failure.ts';
export {
  createHttpServer,
  type HttpServer,
  type HttpServerOptions,
  type ListenAddress,
} from './http-server.ts';
export { sendLines } from './line-stream.ts';
