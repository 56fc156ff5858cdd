import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of `/proc/<pid>/stat` in a second, which Linux shows to programs alike on every machine. */
const ticksPerSecond = 100;

/** Seconds of processor time that a process, all its threads together, has used so far; 0 when it is gone. */
export function processorSeconds(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return 0;
  }
}

/** Processes whose command line says `text`, and the descendants of those; not this process. */
export function processesNaming(text: string): readonly number[] {
  const parents = new Map<number, number>();
  const named = new Set<number>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      parents.set(pid, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text) && pid !== process.pid) named.add(pid);
    } catch {
      // It ended while we looked.
    }
  }
  const belongs = (pid: number): boolean => {
    const parent = parents.get(pid);
    return named.has(pid) || (parent !== undefined && pid > 1 && belongs(parent));
  };
  return [...parents.keys()].filter(belongs);
}
