/** The way to people's servers: every request and upgrade below `/user/`. */
export { createServerProxy } from './proxy.ts';
