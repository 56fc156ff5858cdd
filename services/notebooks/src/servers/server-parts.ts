import type { ComputeBackend } from '@vre/compute-port';
import type { LocalBackends } from '@vre/compute-process';
import type { Database, Queryable } from '@vre/database';
import type { Environment, EnvironmentBuilder, KernelParts, PreparedKernels } from '@vre/environments';
import type { Outbox, Wakeups } from '@vre/events';
import type { HttpClient } from '@vre/http-client';
import type { TokenKeeper } from '@vre/identity';
import type { Secrets } from '@vre/secrets';
import type { Addresses, Clock, Identifiers } from '@vre/service';
import type { Logger } from '@vre/telemetry';

/** Limits and times of servers; bytes and seconds. */
export type ServerPolicy = {
  readonly memoryBytes: number;
  readonly cpus: number | undefined;
  readonly processes: number;
  readonly diskBytes: number;
  /** What a home may hold. */
  readonly homeBytes: number;
  /** From the start of the job until the server must answer. */
  readonly startSeconds: number;
  readonly serversAtOnce: number;
  readonly startsAtOnce: number;
  readonly idleSeconds: number;
  readonly warningSeconds: number;
  readonly longestLifeSeconds: number;
  /** A worker that was not heard of for so long has lost its servers to the others. */
  readonly leaseSeconds: number;
  /** Between asking a server to end and killing it. */
  readonly graceSeconds: number;
};

/** Tokens of the hub that belong to one start of a server. */
export interface ServerTokens {
  issueServerToken(
    transaction: Queryable,
    given: {
      readonly accountId: string;
      readonly accountName: string;
      readonly serverId: string;
      readonly serverName: string;
      readonly now: Date;
    },
  ): Promise<string>;
  revokeServerTokens(transaction: Queryable, serverId: string): Promise<void>;
}

/** Makes the kernels of a card usable; a part so that tests can do without environments. */
export type PrepareKernels = (wanted: KernelParts) => Promise<PreparedKernels>;

/** What servers and their daemons stand on. */
export type ServerParts = {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly wakeups: Wakeups;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly log: Logger;
  readonly secrets: Secrets;
  readonly http: HttpClient;
  readonly addresses: Addresses;
  readonly dataDirectory: string;
  readonly local: LocalBackends;
  /** Back-ends by the name in a job's reference. */
  readonly backends: Readonly<Record<string, ComputeBackend>>;
  /** All declared environments: `lab`, `reana-client` and those that servers can be started from. */
  readonly environments: readonly Environment[];
  readonly build: EnvironmentBuilder;
  readonly prepareKernels: PrepareKernels;
  /** Storage elements whose files lie on this machine. */
  readonly elements: readonly { readonly name: string; readonly directory: string }[];
  readonly keeper: TokenKeeper;
  readonly tokens: ServerTokens;
  readonly policy: ServerPolicy;
  readonly folders: FolderPolicy;
};

/** Folders that servers see besides their homes. */
export type FolderPolicy = {
  /** Directories of the machine, shown read-only where they are there. */
  readonly host: readonly string[];
  /** How long untouched files of the shared scratch are kept; undefined where there is none. */
  readonly sharedKeepSeconds: number | undefined;
  /** Group id of a project's files; undefined where all jobs share the platform's uid. */
  readonly projectGroupId: ((project: { readonly number: number }) => number) | undefined;
};
