import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, rename, stat, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ComputeError, type JobRef, type JobSpec } from '@vre/compute-port';
import { DirectoryChanges } from './directory-changes.ts';
import { diskUsage } from './disk-usage.ts';
import { type JobRecord, jobFile, readExit, readStarter } from './job-directory.ts';
import { launchScript, starterPlanScript } from './launch-script.ts';
import { removeGroup } from './limits/control-groups.ts';
import type { Limiter } from './limits/limiter.ts';
import { belongsTo, giveTo } from './ownership.ts';
import { type Exposure, hiddenAncestors, type NeededPath } from './path-exposure.ts';
import { markerVariable } from './process-snapshot.ts';
import type { Invocation, JobOwner } from './run-as.ts';
import { removeSecretFiles, writeSecretFiles } from './secret-files.ts';
import { starterProgram } from './starter.ts';

const run = promisify(execFile);

/** Everything that is decided about a job before its files are written. */
export type Submission = {
  readonly backend: string;
  readonly spec: JobSpec;
  readonly owner: JobOwner | undefined;
  readonly platformUid: number;
  readonly limiter: Limiter;
  readonly sandboxed: boolean;
  readonly invocation: (environment: Readonly<Record<string, string>>) => Invocation;
  /** Words before the command that put it into another network. */
  readonly networkPrefix: readonly string[];
  /** Words before the starter, by which it adopts orphans of the job. */
  readonly adoptionPrefix: readonly string[];
  /** Seconds between asking and killing when the wall time is over. */
  readonly graceSeconds: number;
};

/** Environment of the starter: what systemd needs to be found, nothing of the platform's own. */
function starterEnvironment(): Record<string, string> {
  const passed = ['XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'] as const;
  const found = passed.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []));
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ...Object.fromEntries(found),
  };
}

async function writeWhole(directory: string, name: string, content: string): Promise<void> {
  const part = join(directory, `${name}.${process.pid}.part`);
  await writeFile(part, content, { mode: 0o600 });
  await rename(part, join(directory, name));
}

/** Threads that a uid has now: RLIMIT_NPROC counts all of them. */
async function tasksOf(uid: number): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const counts = await Promise.all(
    pids.map(async (pid) => {
      try {
        if ((await stat(`/proc/${pid}`)).uid !== uid) return 0;
        return (await readdir(`/proc/${pid}/task`)).length;
      } catch {
        return 0;
      }
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Whole cores for a job whose share cannot be limited otherwise, spread over the machine by its name. */
function cpuList(cpus: number | undefined, name: string): string | undefined {
  const all = availableParallelism();
  const wanted = Math.ceil(cpus ?? all);
  if (wanted >= all) return undefined;
  const first = Number.parseInt(name.slice(0, 8), 16) % all;
  return Array.from({ length: wanted }, (_, index) => (first + index) % all).join(',');
}

function neededPaths(spec: JobSpec, sandboxed: boolean): readonly NeededPath[] {
  const mounts = spec.mounts.map(({ source, readOnly }) => ({ path: source, readOnly }));
  const secrets = spec.secretFiles.map(({ path }) => ({ path, readOnly: true }));
  // In a sandbox it is a place of the sandbox.
  const covered = sandboxed || mounts.some(({ path }) => `${spec.workingDirectory}/`.startsWith(`${path}/`));
  const workingDirectory = covered ? [] : [{ path: spec.workingDirectory, readOnly: false }];
  return [...mounts, ...secrets, ...workingDirectory];
}

/** @throws ComputeError `unavailable` when closed directories cannot be opened for the job alone. */
async function requireMountNamespaces(exposures: readonly Exposure[], owner: JobOwner): Promise<void> {
  try {
    await run('unshare', ['--mount', '--propagation', 'private', 'true']);
  } catch (error) {
    const hidden = exposures.map((exposure) => exposure.hidden).join(', ');
    throw new ComputeError(
      'unavailable',
      `Jobs run as uid ${owner.uid}, which may not enter ${hidden}, and this machine allows no private mounts: ` +
        'choose a data directory that others may enter, such as /var/lib/vre, or start the platform as an ordinary user.',
      { cause: error },
    );
  }
}

/** The job's reference once a starter has claimed it. */
async function claimedJob({ backend, spec }: Submission): Promise<JobRef | undefined> {
  const starter = await readStarter(spec.jobDirectory);
  return starter && { backend, jobId: spec.jobId, jobDirectory: spec.jobDirectory, ...starter };
}

/** Writes the job's files and starts its starter; answers once the job is claimed. */
export async function startJob(submission: Submission): Promise<JobRef> {
  const { spec, owner } = submission;
  const before = await claimedJob(submission);
  if (before !== undefined) return before;
  await writeSecretFiles(spec.secretFiles, owner);
  try {
    return await prepareAndStart(submission);
  } catch (error) {
    if ((await claimedJob(submission)) === undefined) {
      await removeSecretFiles(spec.secretFiles.map(({ path }) => path));
    }
    throw error;
  }
}

/** Bytes in the writable mounts now; undefined where counting would cost more than it tells, in somebody's own files. */
async function usageBefore(
  { limits, mounts }: JobSpec,
  writable: readonly string[],
): Promise<number | undefined> {
  if (limits.diskBytes === undefined) return 0;
  if (mounts.some(({ ownedByPrincipal }) => ownedByPrincipal === true)) return undefined;
  const bytes = await diskUsage(writable);
  if (Number.isFinite(bytes)) return bytes;
  throw new ComputeError(
    'invalid-spec',
    'Below the workspace lie directories nested more deeply than files can be named: remove them first.',
  );
}

/** Hands writable mounts to the job's owner: those that are the owner's alone only once, shared ones never. */
async function giveMounts({ mounts }: JobSpec, owner: JobOwner, from: number): Promise<void> {
  for (const { source, readOnly, shared, ownedByPrincipal } of mounts) {
    if (readOnly || shared === true) continue;
    if (ownedByPrincipal === true && (await belongsTo(source, owner))) continue;
    await giveTo(source, owner, from);
  }
}

async function prepareAndStart(submission: Submission): Promise<JobRef> {
  const { spec, owner, limiter, sandboxed } = submission;
  const directory = spec.jobDirectory;
  const reference = () => claimedJob(submission);
  const name = createHash('sha256').update(`${directory}\0${spec.jobId}`).digest('hex').slice(0, 24);
  const markerValue = `${spec.jobId}.${name.slice(0, 8)}`;
  const marker = `${markerVariable}=${markerValue}`;
  const environment = { ...spec.environment, [markerVariable]: markerValue };
  const writable = spec.mounts
    .filter(({ readOnly, shared }) => !readOnly && shared !== true)
    .map(({ source }) => source);
  const invocation = submission.invocation(environment);
  const exposures = owner === undefined ? [] : await hiddenAncestors(neededPaths(spec, sandboxed), owner);
  if (owner !== undefined && exposures.length > 0) await requireMountNamespaces(exposures, owner);
  if (owner !== undefined) await giveMounts(spec, owner, submission.platformUid);
  const diskBaseline = await usageBefore(spec, writable);
  const setup = await limiter.prepare(name, spec.limits);
  const secretPaths = spec.secretFiles.map(({ path }) => path);
  const record: JobRecord = {
    jobId: spec.jobId,
    marker,
    limits: spec.limits,
    membersFile: setup.membersFile,
    watched: setup.watched,
    sandboxed,
    writablePaths: writable,
    diskBaseline,
    exposedPort: spec.exposedPort,
    secretPaths,
    oomFile: setup.oomFile,
    removeDirectories: [...setup.directories],
  };
  const guarded = setup.watched.processes && spec.limits.processes !== undefined;
  const launch = launchScript({
    invocation,
    environment,
    marker,
    workingDirectory: spec.workingDirectory,
    owner,
    joinFiles: setup.joinFiles,
    limitPrefix: [...setup.limitPrefix, ...submission.networkPrefix],
    fileSizeBytes: spec.limits.diskBytes,
    // A wide guard only: the uid's other processes count too. The watchdog keeps the exact limit.
    userProcesses: guarded
      ? (await tasksOf(owner?.uid ?? submission.platformUid)) + 2 * (spec.limits.processes ?? 0) + 256
      : undefined,
    cpuList: limiter.method === 'watchdog' ? cpuList(spec.limits.cpus, name) : undefined,
    exposures,
  });
  for (const { name: file, content } of invocation.descriptors) await writeWhole(directory, file, content);
  await writeWhole(directory, jobFile.record, JSON.stringify(record));
  await writeWhole(directory, jobFile.launch, launch);
  await writeWhole(directory, jobFile.program, starterProgram);
  await writeWhole(
    directory,
    jobFile.plan,
    starterPlanScript({
      wallSeconds: spec.limits.wallSeconds ?? 0,
      graceSeconds: submission.graceSeconds,
      marker,
      membersFile: setup.membersFile,
      oomFile: setup.oomFile,
      unit: setup.unit,
      unitIsUsers: setup.unit !== '',
      removeDirectories: setup.directories,
      secretPaths,
      owner,
      sandboxed,
      fileSizeBytes: spec.limits.diskBytes,
      writablePaths: writable,
    }),
  );
  await writeFile(join(directory, jobFile.log), '', { flag: 'a', mode: 0o600 });

  const claimed = await spawnStarter(directory, submission.adoptionPrefix, reference);
  if ((await readExit(directory)) !== undefined) {
    // It ended while a second submission was still preparing: that one must leave nothing behind.
    await removeSecretFiles(secretPaths);
    await removeGroup(setup.directories);
  }
  return claimed;
}

async function spawnStarter(
  directory: string,
  prefix: readonly string[],
  reference: () => Promise<JobRef | undefined>,
): Promise<JobRef> {
  const changes = new DirectoryChanges(directory);
  try {
    const [program = '/bin/sh', ...words] = [
      ...prefix,
      '/bin/sh',
      join(directory, jobFile.program),
      directory,
    ];
    const child = spawn(program, words, {
      detached: true,
      stdio: 'ignore',
      cwd: '/',
      env: starterEnvironment(),
    });
    const failure = new Promise<Error>((resolve) => child.once('error', resolve));
    child.unref();
    const deadline = performance.now() + 20_000;
    while (performance.now() < deadline) {
      const found = await reference();
      if (found !== undefined) return found;
      const error = await Promise.race([changes.next(250), failure]);
      if (error instanceof Error) {
        throw new ComputeError('unavailable', `The job's starter cannot run: ${error.message}.`, {
          cause: error,
        });
      }
    }
    throw new ComputeError('unavailable', `The starter of the job in ${directory} did not come up.`);
  } finally {
    changes.close();
  }
}
