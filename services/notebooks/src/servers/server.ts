import type { JobRef } from '@vre/compute-port';

/** Where a server is in its life. */
export type ServerState =
  | 'requested'
  | 'preparing'
  | 'starting'
  | 'ready'
  | 'stopping'
  | 'stopped'
  | 'failed';

/**
 * The state table: who moves a server from where to where. `starter` and `stopper` are daemons, `person` is a request
 * (or the culler, which acts in its place), `watcher` sees the job end by itself.
 */
export const serverMoves = [
  { from: 'stopped', to: 'requested', by: 'person' },
  { from: 'failed', to: 'requested', by: 'person' },
  { from: 'requested', to: 'preparing', by: 'starter' },
  { from: 'preparing', to: 'starting', by: 'starter' },
  { from: 'starting', to: 'ready', by: 'starter' },
  { from: 'preparing', to: 'failed', by: 'starter' },
  { from: 'starting', to: 'failed', by: 'starter' },
  { from: 'ready', to: 'failed', by: 'watcher' },
  // Shut down from its own menu, or together with the platform.
  { from: 'ready', to: 'stopping', by: 'watcher' },
  { from: 'requested', to: 'stopping', by: 'person' },
  { from: 'preparing', to: 'stopping', by: 'person' },
  { from: 'starting', to: 'stopping', by: 'person' },
  { from: 'ready', to: 'stopping', by: 'person' },
  { from: 'stopping', to: 'stopped', by: 'stopper' },
] as const satisfies readonly { from: ServerState; to: ServerState; by: string }[];

/** One line of a start's story. */
export type ServerProgress = { readonly at: string; readonly percent: number; readonly message: string };

/** A server of a person, running or not. */
export type Server = {
  readonly id: string;
  readonly accountId: string;
  /** '' is the default server. */
  readonly name: string;
  readonly displayName: string;
  readonly state: ServerState;
  /** Counts starts; what belongs to one start carries it. */
  readonly startNumber: number;
  /** Name of the card it was started from. */
  readonly profile: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly progress: readonly ServerProgress[];
  /** Why it ended without being asked, and what to do. */
  readonly failure: string | null;
  readonly failureLog: readonly string[];
  readonly job: JobRef | null;
  /** Files of this start: configuration, tokens, log. */
  readonly directory: string | null;
  readonly port: number | null;
  readonly environment: string;
  readonly isolation: string;
  readonly requestedAt: Date | null;
  readonly readyAt: Date | null;
  readonly endedAt: Date | null;
  readonly lastActivityAt: Date | null;
  readonly warnedAt: Date | null;
  readonly keepUntil: Date | null;
  readonly tokensExpireAt: Date | null;
  /** What the person should know about a running server, such as: sign in again. */
  readonly notice: string | null;
  /** Bytes in the home when it was started. */
  readonly homeBytes: number | null;
};

/** Path prefix of a server, with slashes at both ends: `/user/NAME/` or `/user/NAME/SERVER/`. */
export const serverPrefix = (accountName: string, serverName: string): string =>
  serverName === ''
    ? `/user/${encodeURIComponent(accountName)}/`
    : `/user/${encodeURIComponent(accountName)}/${encodeURIComponent(serverName)}/`;

/** How a server is known as a client of the hub's OAuth. */
export const oauthClientId = (accountName: string, serverName: string): string =>
  serverName === ''
    ? `jupyterhub-user-${encodeURIComponent(accountName)}`
    : `jupyterhub-user-${encodeURIComponent(accountName)}--${encodeURIComponent(serverName)}`;
