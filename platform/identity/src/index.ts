/** Who is asking: token verification, principals, and tokens kept for people. */

export { bearerToken } from './bearer-token.ts';
export {
  createIssuerClient,
  type IssuerClient,
  type IssuerMetadata,
  type UserInfo,
} from './issuer-client.ts';
export { createPkce, type Pkce } from './pkce.ts';
export { hasStorageScopes, type Principal, scopesOf } from './principal.ts';
export { createSessionWatch, type SessionWatch } from './session-watch.ts';
export { createTokenKeeper, NotConnected, type TokenKeeper, tokenKeeperMigration } from './token-keeper.ts';
export {
  createTokenVerifier,
  InvalidToken,
  type TokenVerifier,
  type TrustedIssuer,
} from './token-verifier.ts';
export { turnstile } from './turnstile.ts';
