import type { JobSpec } from '@vre/compute-port';
import { type ControlGroups, createGroup, findControlGroups } from './control-groups.ts';
import { scopeCommand, systemdScopesWork } from './systemd-scope.ts';

/** What enforces memory, cpu and process count. */
export type LimitMethod = 'systemd-user' | 'control-groups' | 'watchdog';

/** How the limits of one job are put in force. */
export type LimitSetup = {
  readonly joinFiles: readonly string[];
  readonly limitPrefix: readonly string[];
  readonly membersFile: string;
  readonly oomFile: string;
  readonly unit: string;
  readonly directories: readonly string[];
  readonly watched: { readonly memory: boolean; readonly processes: boolean };
};

export interface Limiter {
  readonly method: LimitMethod;
  readonly sentence: string;
  prepare(groupName: string, limits: JobSpec['limits']): Promise<LimitSetup>;
}

const nothing: LimitSetup = {
  joinFiles: [],
  limitPrefix: [],
  membersFile: '',
  oomFile: '',
  unit: '',
  directories: [],
  watched: { memory: false, processes: false },
};

const systemdUser: Limiter = {
  method: 'systemd-user',
  sentence: 'systemd user scopes (memory, cpu and process count enforced by the kernel)',
  async prepare(groupName, limits) {
    const unit = `vre-job-${groupName}.scope`;
    return { ...nothing, unit, limitPrefix: scopeCommand(unit, true, limits) };
  },
};

function controlGroups(groups: ControlGroups): Limiter {
  return {
    method: 'control-groups',
    sentence: `control groups ${groups.version} (memory, cpu and process count enforced by the kernel)`,
    async prepare(groupName, limits) {
      return { ...nothing, ...(await createGroup(groups, groupName, limits)) };
    },
  };
}

const watchdog: Limiter = {
  method: 'watchdog',
  sentence:
    'a watchdog that looks at memory and process count every 250 ms while the platform runs (no control group is writable); cpu by pinning to whole cores',
  async prepare(_groupName, limits) {
    return {
      ...nothing,
      watched: { memory: limits.memoryBytes !== undefined, processes: limits.processes !== undefined },
    };
  },
};

/** The first method that works here, tried by using it. `only` restricts the choice. */
export async function chooseLimiter(
  platformUid: number,
  only?: LimitMethod,
  controlGroupRoot?: string,
): Promise<Limiter> {
  const wanted = (method: LimitMethod) => only === undefined || only === method;
  // As root systemd's user manager is not ours, and the groups are writable by hand.
  if (wanted('systemd-user') && platformUid !== 0 && (await systemdScopesWork(true))) return systemdUser;
  if (wanted('control-groups')) {
    const groups = await findControlGroups(controlGroupRoot);
    if (groups !== undefined) return controlGroups(groups);
  }
  return watchdog;
}
