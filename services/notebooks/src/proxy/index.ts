/** The way to people's servers: every request and upgrade below `/user/`. */
export { createServerProxy, type ServerGate, type ServerProxy } from './proxy.ts';
