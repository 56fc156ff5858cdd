import { dirname } from 'node:path';
import type { Exposure } from './path-exposure.ts';
import type { Invocation, JobOwner } from './run-as.ts';
import { shellLine, shellWord } from './shell-text.ts';

/** Everything `launch.sh` does between the starter's fork and the job's own program. */
export type LaunchPlan = {
  readonly invocation: Invocation;
  readonly environment: Readonly<Record<string, string>>;
  /** `NAME=value` by which the job's processes are found; also in `environment`. */
  readonly marker: string;
  readonly workingDirectory: string;
  readonly owner: JobOwner | undefined;
  /** Files that receive the process id to join control groups. */
  readonly joinFiles: readonly string[];
  /** Words before the command, e.g. `systemd-run --scope …`, still with the platform's rights. */
  readonly limitPrefix: readonly string[];
  /** Largest single file in bytes, `undefined` for no limit. */
  readonly fileSizeBytes: number | undefined;
  /** RLIMIT_NPROC of the uid, `undefined` for no limit. */
  readonly userProcesses: number | undefined;
  /** CPUs to pin to, `undefined` for all. */
  readonly cpuList: string | undefined;
  readonly exposures: readonly Exposure[];
};

/**
 * The last steps before the job's program, in this order: join the groups, limit single files, make hidden
 * paths reachable in a private mount namespace, drop rights, and only then take over the job's environment —
 * a variable such as LD_PRELOAD must never act on a program that still has the platform's rights.
 */
export function launchScript(plan: LaunchPlan): string {
  // The job counts as running before its first word is heard. `$$` stays the pid of its program.
  const lines = ['#!/bin/sh', `printf '%s %s\\n' "$$" "$(date +%s.%N)" > job.part && mv -f job.part job`];
  for (const file of plan.joinFiles) {
    lines.push(`echo $$ > ${shellWord(file)} || { echo "cannot join ${file}" >&2; exit 126; }`);
  }
  lines.push('ulimit -c 0', 'umask 022');
  if (plan.fileSizeBytes !== undefined) {
    lines.push(`ulimit -f ${fileBlocks(plan.fileSizeBytes)}`);
  }
  for (const { fd, name } of plan.invocation.descriptors) lines.push(`exec ${fd}<${shellWord(`./${name}`)}`);
  // `cd /`: a working directory below the job directory would keep its file system busy.
  lines.push('cd /');

  const words: string[] = [...plan.limitPrefix];
  if (plan.userProcesses !== undefined) words.push('prlimit', `--nproc=${plan.userProcesses}`);
  if (plan.cpuList !== undefined) words.push('taskset', '-c', plan.cpuList);
  words.push('setpriv');
  if (plan.owner !== undefined) {
    const { uid, gid, groups = [] } = plan.owner;
    words.push(`--reuid=${uid}`, `--regid=${gid}`);
    words.push(groups.length === 0 ? '--clear-groups' : `--groups=${groups.join(',')}`);
    words.push('--inh-caps=-all', '--bounding-set=-all');
  }
  words.push('--no-new-privs', 'env', '-i', '--default-signal');
  if (plan.invocation.setsEnvironment) {
    words.push(plan.marker);
  } else {
    words.push(`--chdir=${plan.workingDirectory}`);
    for (const [name, value] of Object.entries(plan.environment)) words.push(`${name}=${value}`);
  }
  words.push(...plan.invocation.argv);
  const final = `exec ${shellLine(words)}`;
  if (plan.exposures.length === 0) return `${[...lines, final].join('\n')}\n`;
  const inside = [...plan.exposures.flatMap(exposeLines), final].join('\n');
  lines.push(`exec unshare --mount --propagation private /bin/sh -c ${shellWord(inside)}`);
  return `${lines.join('\n')}\n`;
}

/** Covers a directory that the job's uid may not enter and binds back only what the job needs of it. */
function exposeLines({ hidden, paths }: Exposure): readonly string[] {
  const die = (what: string) => `{ echo ${shellWord(what)} >&2; exit 126; }`;
  // Descriptor 9 reaches the covered directory; `mount -c` keeps the kernel's path as it is.
  const lines = [
    `exec 9<${shellWord(hidden)}`,
    `mount -t tmpfs -o mode=0711,size=1m tmpfs ${shellWord(hidden)} || ${die(`cannot cover ${hidden}`)}`,
  ];
  for (const { path, source: real, readOnly, isFile } of paths) {
    const word = shellWord(path);
    const below = real.startsWith(`${hidden}/`) ? `/proc/self/fd/9${real.slice(hidden.length)}` : real;
    const source = shellWord(below);
    lines.push(
      isFile ? `mkdir -p ${shellWord(dirname(path))} && : > ${word}` : `mkdir -p ${word}`,
      `mount -c --bind ${source} ${word} || ${die(`cannot show ${path}`)}`,
    );
    if (readOnly) lines.push(`mount -c -o remount,bind,ro ${word} || ${die(`cannot protect ${path}`)}`);
  }
  lines.push('exec 9<&-');
  return lines;
}

/** What the starter needs to know, as shell assignments. */
export type StarterPlan = {
  readonly wallSeconds: number;
  readonly graceSeconds: number;
  /** `NAME=value` in the environment of every process of the job. */
  readonly marker: string;
  readonly membersFile: string;
  readonly oomFile: string;
  readonly unit: string;
  readonly unitIsUsers: boolean;
  readonly removeDirectories: readonly string[];
  readonly secretPaths: readonly string[];
  readonly owner: JobOwner | undefined;
  readonly sandboxed: boolean;
  readonly fileSizeBytes: number | undefined;
  readonly writablePaths: readonly string[];
};

/** Blocks as `ulimit -f` and `find -size` count them. */
function fileBlocks(bytes: number | undefined): number {
  return bytes === undefined ? 0 : Math.max(1, Math.ceil(bytes / 512));
}

/** The text of `plan.sh`. */
export function starterPlanScript(plan: StarterPlan): string {
  const secrets = plan.secretPaths.map((path) => `  rm -f -- ${shellWord(path)}`);
  return [
    `WALL=${Math.ceil(plan.wallSeconds)}`,
    `GRACE=${Math.ceil(plan.graceSeconds)}`,
    `MARKER=${shellWord(plan.marker)}`,
    `MEMBERS=${shellWord(plan.membersFile)}`,
    `OOM=${shellWord(plan.oomFile)}`,
    `UNIT=${shellWord(plan.unit)}`,
    `SCOPE_MODE=${plan.unitIsUsers ? '--user' : ''}`,
    `OWNER=${plan.owner === undefined ? '' : `${plan.owner.uid}:${plan.owner.gid}`}`,
    `SANDBOXED=${plan.sandboxed ? 1 : 0}`,
    `FILE_BLOCKS=${fileBlocks(plan.fileSizeBytes)}`,
    'full_files() {',
    `  find ${shellLine(['./log', ...plan.writablePaths])} -xdev -type f -size "$FILE_BLOCKS"b -print -quit 2>/dev/null`,
    '}',
    `REMOVE=${shellWord(plan.removeDirectories.join(' '))}`,
    `remove_secrets() {`,
    '  :',
    ...secrets,
    `}`,
    '',
  ].join('\n');
}
