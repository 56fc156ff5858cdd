import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { JobSpec } from '@vre/compute-port';

const run = promisify(execFile);

/** Properties of a transient scope for a job's limits. */
export function scopeProperties(limits: JobSpec['limits']): readonly string[] {
  const properties: string[] = [];
  if (limits.memoryBytes !== undefined) {
    properties.push(`MemoryMax=${Math.floor(limits.memoryBytes)}`, 'MemorySwapMax=0');
  }
  if (limits.cpus !== undefined) properties.push(`CPUQuota=${Math.max(1, Math.round(limits.cpus * 100))}%`);
  if (limits.processes !== undefined) properties.push(`TasksMax=${Math.floor(limits.processes)}`);
  return properties;
}

/** Words that run a command inside a scope of its own; the command keeps its pid. */
export function scopeCommand(unit: string, user: boolean, limits: JobSpec['limits']): readonly string[] {
  return [
    'systemd-run',
    ...(user ? ['--user'] : []),
    '--scope',
    '--quiet',
    `--unit=${unit}`,
    ...scopeProperties(limits).map((property) => `--property=${property}`),
    '--',
  ];
}

/** Whether systemd gives this process scopes with limits, by starting one. */
export async function systemdScopesWork(user: boolean): Promise<boolean> {
  const limits = { memoryBytes: 64_000_000, cpus: 1, processes: 8 };
  const [program, ...words] = scopeCommand(`vre-probe-${process.pid}.scope`, user, limits);
  try {
    await run(program as string, [...words, 'true'], { timeout: 5000 });
    return true;
  } catch {
    return false;
  }
}
