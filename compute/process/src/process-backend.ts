import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import {
  type BackendDescription,
  type ComputeBackend,
  ComputeError,
  type JobRef,
  type JobSpec,
} from '@vre/compute-port';
import { cancelJob } from './job-cancellation.ts';
import { jobEndpoint, stillListens } from './job-endpoint.ts';
import { checkJobSpec } from './job-spec-check.ts';
import { startJob } from './job-submission.ts';
import { jobLogs, jobState, watchJob } from './job-watch.ts';
import { chooseLimiter, type Limiter, type LimitMethod } from './limits/limiter.ts';
import { memoryKills } from './memory-kills.ts';
import { adoptionPrefix } from './orphan-adoption.ts';
import { type Invocation, type JobOwner, type RunAs, resolveOwner, type Sandbox } from './run-as.ts';
import { createSharedLooks } from './watchdog.ts';

const run = promisify(execFile);

export type ProcessBackendOptions = {
  /** Who jobs run as; never uid 0. */
  readonly runAs: RunAs;
  /** Uses only this method of limiting. Default: the first that works. */
  readonly limitMethod?: LimitMethod;
  /** Seconds between asking a job to end and killing it when its wall time is over. Default 5. */
  readonly graceSeconds?: number;
  /** How often a watched job's starter is looked at, in case it vanished without a word. Default 2000. */
  readonly livenessMilliseconds?: number;
  /** Isolates jobs; without it they are plain processes. */
  readonly sandbox?: Sandbox;
};

/** Nobody needs more, and a job that forks without end must not take the machine with it. */
const defaultProcesses = 4096;

function plainInvocation(spec: JobSpec): Invocation {
  return { argv: spec.command, descriptors: [], setsEnvironment: false };
}

/** Jobs as processes of this machine that outlive the platform (see the package's README). */
export function createProcessBackend(options: ProcessBackendOptions): ComputeBackend {
  const { sandbox } = options;
  const name = sandbox?.name ?? 'process';
  const platformUid = process.getuid?.() ?? -1;
  const liveness = options.livenessMilliseconds ?? 2000;
  let limiter: Promise<Limiter> | undefined;
  const limits = () => {
    limiter ??= chooseLimiter(platformUid, options.limitMethod);
    return limiter;
  };
  let adoption: Promise<readonly string[]> | undefined;
  const adopting = () => {
    adoption ??= adoptionPrefix();
    return adoption;
  };
  const shared = createSharedLooks();
  const starting = new Map<string, Promise<JobRef>>();

  /** Somebody to try things as: accounts are not known here, but any unprivileged uid does. */
  function sampleOwner(): JobOwner | undefined {
    const runAs = typeof options.runAs === 'function' ? { uid: 65_534, gid: 65_534 } : options.runAs;
    return resolveOwner(runAs, { accountId: '', username: '', number: 0 }, platformUid);
  }

  async function start(spec: JobSpec): Promise<JobRef> {
    checkJobSpec(spec);
    const owner = resolveOwner(options.runAs, spec.principal, platformUid);
    if (!(await stat(spec.jobDirectory).catch(() => undefined))?.isDirectory()) {
      throw new ComputeError('invalid-spec', `The job directory ${spec.jobDirectory} does not exist.`);
    }
    for (const { source, target } of spec.mounts) {
      if (sandbox === undefined && source !== target) {
        throw new ComputeError(
          'invalid-spec',
          `A plain process sees ${source} where it is, not at ${target}: mount it in place, or use bubblewrap.`,
        );
      }
      if ((await stat(source).catch(() => undefined)) === undefined) {
        throw new ComputeError('invalid-spec', `The mount ${source} does not exist.`);
      }
    }
    return startJob({
      backend: name,
      spec: { ...spec, limits: { ...spec.limits, processes: spec.limits.processes ?? defaultProcesses } },
      owner,
      platformUid,
      limiter: await limits(),
      sandboxed: sandbox !== undefined,
      invocation: (environment) => sandbox?.invocation(spec, environment, owner) ?? plainInvocation(spec),
      networkPrefix: sandbox === undefined && spec.network === 'none' ? await withoutNetwork(owner) : [],
      adoptionPrefix: await adopting(),
      graceSeconds: options.graceSeconds ?? 5,
    });
  }

  return {
    async describe(): Promise<BackendDescription> {
      const limitsBy = (await limits()).sentence;
      try {
        const owner = sampleOwner();
        if (sandbox !== undefined) return { name, limitsBy, ...(await sandbox.describe(owner)) };
        const unavailable = await missingTools();
        const who =
          owner === undefined
            ? `the platform's own user (uid ${platformUid})`
            : typeof options.runAs === 'function'
              ? "each account's own uid"
              : `uid ${owner.uid}`;
        const isolation = `plain process as ${who}: sees the machine's files as that user may, its processes and its network`;
        return { name, unavailable, isolation, limitsBy };
      } catch (error) {
        if (!(error instanceof ComputeError)) throw error;
        return { name, unavailable: error.message, isolation: 'none', limitsBy };
      }
    },
    async submit(spec) {
      const key = spec.jobDirectory;
      const running = starting.get(key);
      if (running !== undefined) return running;
      const promise = start(spec).finally(() => starting.delete(key));
      starting.set(key, promise);
      return promise;
    },
    state: jobState,
    watch: (ref, signal) => watchJob(ref, liveness, shared, signal),
    logs: jobLogs,
    endpoint: jobEndpoint,
    stillListens,
    memoryKills,
    cancel: (ref, { graceSeconds }) => cancelJob(ref, graceSeconds),
  };
}

/** The one tool that may be missing or too old, named. */
async function missingTools(): Promise<string | undefined> {
  try {
    await run('setsid', ['setpriv', '--no-new-privs', 'env', '-i', '--default-signal', '--chdir=/', 'true']);
    return undefined;
  } catch (error) {
    return `Jobs need setsid and setpriv (util-linux) and env --default-signal (coreutils 8.31): ${(error as Error).message.split('\n')[0]}.`;
  }
}

/** Words that take the network away from a plain process. */
async function withoutNetwork(owner: JobOwner | undefined): Promise<readonly string[]> {
  const words = owner === undefined ? ['--user', '--map-current-user', '--net'] : ['--net'];
  try {
    await run('unshare', [...words, 'true']);
    return ['unshare', ...words];
  } catch (error) {
    throw new ComputeError(
      'refused',
      'A job without network cannot run as a plain process here (no network namespaces): use bubblewrap, or allow it the network.',
      { cause: error },
    );
  }
}
