/** The identity provider: accounts, groups, clients, sign-in pages, tokens in the WLCG profile. */
export { type AaiConfig, aaiConfigSchema } from './aai-config.ts';
export { createAaiService } from './aai-service.ts';
export type { ClientDeclaration, GrantType } from './clients/client.ts';
