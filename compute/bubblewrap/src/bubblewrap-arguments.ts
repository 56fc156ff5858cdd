import type { Mount, NetworkPolicy } from '@vre/compute-port';

/** Bound read-only, or made again as the link it is. */
export type SystemPathKind = 'bind' | { readonly link: string };
export type SystemPath = { readonly path: string; readonly kind: SystemPathKind };

export type BubblewrapPlan = {
  readonly system: readonly SystemPath[];
  readonly mounts: readonly Mount[];
  readonly secretPaths: readonly string[];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly network: NetworkPolicy;
  /** Open descriptors that hold /etc/passwd and /etc/group. */
  readonly descriptors: { readonly passwd: number | undefined; readonly group: number | undefined };
};

/**
 * Bubblewrap's arguments. The environment is set inside, never on bubblewrap itself: a variable such as
 * LD_PRELOAD would let a job's code run outside of its sandbox.
 */
export function bubblewrapArguments(plan: BubblewrapPlan): readonly string[] {
  const words = ['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'];
  if (plan.network === 'none') words.push('--unshare-net');
  words.push('--hostname', 'job', '--die-with-parent', '--new-session');
  for (const { path, kind } of plan.system) {
    if (kind === 'bind') words.push('--ro-bind', path, path);
    else words.push('--symlink', kind.link, path);
  }
  words.push(
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--tmpfs',
    '/tmp',
    '--tmpfs',
    '/var/tmp',
    '--tmpfs',
    '/home',
  );
  const { passwd, group } = plan.descriptors;
  if (passwd !== undefined) words.push('--ro-bind-data', String(passwd), '/etc/passwd');
  if (group !== undefined) words.push('--ro-bind-data', String(group), '/etc/group');
  // Outer targets first, so that a mount inside another one is not covered by it.
  for (const { source, target, readOnly } of [...plan.mounts].sort((a, b) =>
    a.target < b.target ? -1 : 1,
  )) {
    words.push(readOnly ? '--ro-bind' : '--bind', source, target);
  }
  for (const path of plan.secretPaths) words.push('--ro-bind', path, path);
  // The sandbox's own root, which holds the mount points: nothing is written beside the job's mounts.
  words.push('--remount-ro', '/');
  words.push('--chdir', plan.workingDirectory, '--clearenv');
  for (const [name, value] of Object.entries(plan.environment)) words.push('--setenv', name, value);
  return words;
}
