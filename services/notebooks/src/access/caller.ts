import type { Account } from '../accounts/account.ts';

/** Who asks, and what they may. */
export type Caller = {
  readonly account: Account;
  readonly by: 'issuer-token' | 'hub-token' | 'session';
  readonly administrator: boolean;
  /** Expanded scopes, as `covers()` of protocols/jupyterhub reads them. */
  readonly scopes: ReadonlySet<string>;
  readonly tokenId: string | undefined;
  readonly sessionId: string | undefined;
  readonly serverId: string | undefined;
};
