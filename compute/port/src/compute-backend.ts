/** Network a job may reach: nothing, only the platform's own services, or everything the host reaches. */
export type NetworkPolicy = 'none' | 'platform' | 'open';

/** A directory or file of the host that the job sees at `target`. */
export type Mount = {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** Written by jobs of several accounts: it keeps its owner, and what is in it counts for no job's disk limit. */
  readonly shared?: boolean;
  /**
   * Nobody but jobs of the same principal writes here. It changes hands once; later jobs start without a look at
   * everything in it, however much that is. Default: the platform may have put something there before each job.
   */
  readonly ownedByPrincipal?: boolean;
};

/**
 * One command with everything it needs. A workflow step, a notebook server and a Dask worker are all jobs.
 * Paths are absolute. Secrets never travel in `environment`, only as files.
 */
export type JobSpec = {
  /** Chosen by the caller, unique per back-end; submitting it twice returns the same job. */
  readonly jobId: string;
  /**
   * Directory of this job on the host, created by the caller for this job alone and never a mount: `log`
   * (output and errors in one), `exit` (the exit record) and the back-end's own files live here.
   */
  readonly jobDirectory: string;
  readonly command: readonly [string, ...string[]];
  readonly workingDirectory: string;
  /** All the job sees, plus `VRE_JOB_ID`, by which its processes are found. Nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** Files written (0600) for the job before it starts, outside its workspace; removed when it ends. */
  readonly secretFiles: readonly { readonly path: string; readonly content: string }[];
  readonly mounts: readonly Mount[];
  readonly limits: {
    /** Cores, may be fractional. */
    readonly cpus?: number | undefined;
    readonly memoryBytes?: number | undefined;
    readonly wallSeconds?: number | undefined;
    /** Processes and threads at one time. */
    readonly processes?: number | undefined;
    /** Bytes the job may add to its writable mounts. */
    readonly diskBytes?: number | undefined;
  };
  readonly network: NetworkPolicy;
  /** Port on which the job will listen; not with network `none`. `endpoint` tells when, and proves whose it is. */
  readonly exposedPort?: number | undefined;
  /** Account the job runs for; back-ends with per-account uids map it. */
  readonly principal: {
    readonly accountId: string;
    readonly username: string;
    /** Small, unique and never reused: what a uid of the account's own derives from. */
    readonly number: number;
    /** Small numbers of groups of accounts whose shared files this one may write, where groups get ids of their own. */
    readonly groups?: readonly number[];
  };
};

/** Finds a job again after a restart. Plain JSON, stored by the caller. */
export type JobRef = {
  readonly backend: string;
  readonly jobId: string;
  readonly jobDirectory: string;
  readonly pid?: number;
  /** Start time of the process in clock ticks since boot, so that a reused pid is never mistaken for the job. */
  readonly startTicks?: number;
};

/** An address of the job as the platform reaches it. */
export type JobEndpoint = {
  readonly host: string;
  readonly port: number;
  /** Names what listens there now; something else that listens there later has another name. */
  readonly proof: string;
};

export type JobEndReason =
  | 'finished'
  | 'failed'
  | 'out-of-memory'
  | 'timed-out'
  | 'killed'
  | 'disk-exceeded'
  | 'lost'
  | 'cancelled';

/** How a job ended. `sentence` is for people: "exit code 2", "out of memory (limit 512 MB)", … */
export type JobEnd = {
  readonly reason: JobEndReason;
  readonly exitCode: number | undefined;
  readonly sentence: string;
  readonly startedAt: Date | undefined;
  readonly finishedAt: Date;
};

export type JobState =
  | { readonly state: 'pending' | 'running' }
  | { readonly state: 'ended'; readonly end: JobEnd };

/** What the back-end can enforce here, in words for `doctor`, run pages and logs. */
export type BackendDescription = {
  readonly name: string;
  /** `undefined` when usable; otherwise one sentence: what is missing and how to get it. */
  readonly unavailable: string | undefined;
  readonly isolation: string;
  readonly limitsBy: string;
};

/** Runs jobs. Nothing but `JobRef` and the job directory is needed to find a job again in another process. */
export interface ComputeBackend {
  describe(): Promise<BackendDescription>;
  /** Starts the job; resolves once it is started or queued. Idempotent by `jobId` and `jobDirectory`. */
  submit(spec: JobSpec): Promise<JobRef>;
  /** Current state; an unknown or vanished job is `ended` with reason `lost`. */
  state(ref: JobRef): Promise<JobState>;
  /** Resolves when the job ends; works for jobs started by another process (reattach). Rejects only on abort. */
  watch(ref: JobRef, signal: AbortSignal): Promise<JobEnd>;
  /** Output so far from byte `offset`; with `follow`, until the job ends. */
  logs(
    ref: JobRef,
    options: { readonly offset?: number; readonly follow?: boolean; readonly signal?: AbortSignal },
  ): AsyncIterable<Uint8Array>;
  /**
   * Where the job listens on its `exposedPort`, once it does. Answers only what a process of this very job listens
   * on: who else of the machine took the port is never named. Works for jobs started by another process.
   * @throws ComputeError `ended` when the job ends first, with the sentence of its end; `port-taken` when somebody
   *   else listens there.
   */
  endpoint(ref: JobRef, signal: AbortSignal): Promise<JobEndpoint>;
  /**
   * Whether what `endpoint` proved listens there still, and nothing else: cheap enough for every new connection. Asked
   * after connecting and before a byte is sent, it tells that nobody else took the call.
   */
  stillListens(endpoint: JobEndpoint): Promise<boolean>;
  /**
   * How many processes of a running job the kernel has ended because the job's memory was full: the job itself may
   * live on. 0 where that ends the job as a whole, and for jobs that ended.
   */
  memoryKills(ref: JobRef): Promise<number>;
  /** Ends the job and everything it started: asks first, kills after `graceSeconds`. Resolves when nothing is left. */
  cancel(ref: JobRef, options: { readonly graceSeconds: number }): Promise<void>;
}
