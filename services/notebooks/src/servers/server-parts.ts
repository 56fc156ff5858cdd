import type { ComputeBackend } from '@vre/compute-port';
import type { LocalBackends } from '@vre/compute-process';
import type { Database, Queryable } from '@vre/database';
import type { BuiltEnvironment, Environment, EnvironmentBuilder } from '@vre/environments';
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

/** What a server's process needs to find its kernels. */
export type PreparedKernels = {
  /** First of `JUPYTER_PATH`. */
  readonly jupyterPath: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Directories that the job must be able to read. */
  readonly paths: readonly string[];
};
export type PrepareKernels = (wanted: {
  readonly lab: BuiltEnvironment;
  readonly kernel: BuiltEnvironment;
  /** The person's own packages on top of the kernel's environment. */
  readonly overlay: string;
  /** Where kernel specifications are written. */
  readonly directory: string;
}) => Promise<PreparedKernels>;

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
};
