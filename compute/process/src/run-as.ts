import { ComputeError, type JobSpec } from '@vre/compute-port';

/** The uid and gid a job runs with, and its supplementary groups. Never 0. */
export type JobOwner = { readonly uid: number; readonly gid: number; readonly groups?: readonly number[] };

/**
 * Who jobs run as: the platform's own user, one fixed user, or a user per principal. Everything but `self`
 * needs a platform that runs as root.
 */
export type RunAs = 'self' | JobOwner | ((principal: JobSpec['principal']) => JobOwner);

/** What the starter finally executes. `files` are opened by it (as the platform) and handed over by number. */
export type Invocation = {
  readonly argv: readonly [string, ...string[]];
  /** Content for file descriptors 3–9, written to the job directory before the start. */
  readonly descriptors: readonly { readonly fd: number; readonly name: string; readonly content: string }[];
  /** Whether the environment and working directory of the job are set by `argv` itself. */
  readonly setsEnvironment: boolean;
};

/** Wraps a job's command into something that isolates it; the command runs already with the owner's rights. */
export interface Sandbox {
  readonly name: string;
  /** Tried by running it, as `owner` when given. */
  describe(owner: JobOwner | undefined): Promise<{
    readonly unavailable: string | undefined;
    readonly isolation: string;
  }>;
  invocation(
    spec: JobSpec,
    environment: Readonly<Record<string, string>>,
    owner: JobOwner | undefined,
  ): Invocation;
}

/**
 * The owner of a job, `undefined` when it keeps the platform's own uid.
 * @throws ComputeError `refused` when the job would run as uid or gid 0.
 */
export function resolveOwner(
  runAs: RunAs,
  principal: JobSpec['principal'],
  platformUid: number,
): JobOwner | undefined {
  if (runAs === 'self') {
    if (platformUid !== 0) return undefined;
    throw new ComputeError(
      'refused',
      'Jobs never run as root: give accounts an unprivileged uid, or start the platform as an ordinary user.',
    );
  }
  const owner = typeof runAs === 'function' ? runAs(principal) : runAs;
  const valid = (id: number) => Number.isInteger(id) && id > 0 && id < 2 ** 32 - 1;
  if (![owner.uid, owner.gid, ...(owner.groups ?? [])].every(valid)) {
    throw new ComputeError(
      'refused',
      `Jobs never run as uid ${owner.uid}, gid ${[owner.gid, ...(owner.groups ?? [])].join(', ')}.`,
    );
  }
  if (platformUid === 0) return owner;
  if (owner.uid === platformUid) return undefined;
  throw new ComputeError(
    'refused',
    `Only a platform that runs as root can start jobs as uid ${owner.uid}; this one runs as uid ${platformUid}.`,
  );
}
