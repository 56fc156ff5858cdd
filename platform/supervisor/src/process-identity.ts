import { readFileSync } from 'node:fs';

/** Start time of a process in clock ticks since boot (proc(5), field 22), `undefined` when it is not there. */
export function startTicks(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces and parentheses: fields are counted from the last one.
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return undefined;
  }
}

/** True when `pid` is still the process it was, not a later one with the same number. */
export const isSameProcess = (pid: number, ticks: number | undefined): boolean =>
  ticks !== undefined && startTicks(pid) === ticks;
