import type { Server } from './server.ts';

export type { Servers } from './server-service.ts';

/** How the hub's API looks people's servers up. */
export interface ServerReader {
  find(accountId: string, name: string): Promise<Server | undefined>;
  /** Servers of several people at once, running or not. */
  of(accountIds: readonly string[]): Promise<readonly Server[]>;
}
