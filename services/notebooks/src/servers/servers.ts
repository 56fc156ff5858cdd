import type { ProgressEvent } from '@vre/protocol-jupyterhub';
import type { Account } from '../accounts/account.ts';
import type { Server } from './server.ts';

/** What the hub's API does to people's servers. */
export interface Servers {
  /**
   * @throws HubError 400 when the server runs or is about to, 429 when the person has too many, 409 when the hub has no
   * way to the person's data: they sign in to the hub once.
   */
  start(
    account: Account,
    name: string,
    wanted: { readonly profile?: string; readonly options?: Record<string, unknown> },
  ): Promise<Server>;
  /** `undefined` when there is no such server. */
  stop(account: Account, name: string): Promise<Server | undefined>;
  /** Stops a server and forgets it. */
  remove(account: Account, name: string): Promise<void>;
  /** @throws HubError 400 when a server is unknown. */
  recordActivity(
    account: Account,
    activity: { readonly lastActivity?: Date; readonly servers: Readonly<Record<string, Date>> },
  ): Promise<void>;
  keepAlive(account: Account, name: string, until: Date): Promise<void>;
  /** What happened since the start was requested, then what happens; ends with `ready` or `failed`. */
  progress(server: Server): AsyncIterable<ProgressEvent>;
}

/** How the hub's API looks people's servers up. */
export interface ServerReader {
  find(accountId: string, name: string): Promise<Server | undefined>;
  /** Servers of several people at once, running or not. */
  of(accountIds: readonly string[]): Promise<readonly Server[]>;
}
