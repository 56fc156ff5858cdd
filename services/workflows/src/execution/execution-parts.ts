import type { ComputeBackend, NetworkPolicy } from '@vre/compute-port';
import type { LocalBackends } from '@vre/compute-process';
import type { Database } from '@vre/database';
import type { Engine } from '@vre/engine-port';
import type { EnvironmentSource } from '@vre/environments';
import type { Outbox, Wakeups } from '@vre/events';
import type { HttpClient } from '@vre/http-client';
import type { Secrets } from '@vre/secrets';
import type { Addresses, Clock, Identifiers } from '@vre/service';
import type { Logger } from '@vre/telemetry';
import type { Workspaces } from '../workspace/workspaces.ts';
import type { JobPolicy } from './job-limits.ts';
import type { LakeTokens } from './lake-tokens.ts';

/** What the execution of runs stands on. */
export type ExecutionParts = {
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
  readonly workspaces: Workspaces;
  readonly engines: readonly Engine[];
  readonly local: LocalBackends;
  /** Back-ends by the name in a job's reference. */
  readonly backends: Readonly<Record<string, ComputeBackend>>;
  readonly environments: EnvironmentSource;
  /** Name of the environment that holds the `rucio` command. */
  readonly rucioEnvironment: string;
  readonly lakeTokens: LakeTokens;
  readonly policy: JobPolicy;
  readonly network: NetworkPolicy;
};
