/** Access tokens for services on behalf of a signed-in browser. */
export { createTokenBroker, type TokenBroker, type WantedToken } from './token-broker.ts';
