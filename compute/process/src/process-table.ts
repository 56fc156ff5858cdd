import { readdir, readFile } from 'node:fs/promises';

/** One line of the process table. */
export type ProcessEntry = {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  readonly state: string;
  /** Clock ticks since boot. */
  readonly startTicks: number;
};

/** Reads `/proc/PID/stat`; the program's name may contain anything, so fields count from the last `)`. */
export function parseStat(text: string): ProcessEntry | undefined {
  const close = text.lastIndexOf(')');
  const fields = text.slice(close + 2).split(' ');
  const [state, parent, , session] = fields;
  const startTicks = fields[19];
  if (close < 0 || state === undefined || startTicks === undefined) return undefined;
  return {
    pid: Number.parseInt(text, 10),
    parent: Number(parent),
    session: Number(session),
    state,
    startTicks: Number(startTicks),
  };
}

/** One process, `undefined` when there is none. */
export async function readProcess(pid: number): Promise<ProcessEntry | undefined> {
  try {
    return parseStat(await readFile(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return undefined; // gone between two looks
  }
}

/** Whether the very process that was seen earlier still runs (a zombie does not). */
export async function isAlive(pid: number, startTicks: number): Promise<boolean> {
  const entry = await readProcess(pid);
  return entry !== undefined && entry.startTicks === startTicks && entry.state !== 'Z' && entry.state !== 'X';
}

/** All processes of the machine. */
export async function readProcessTable(): Promise<readonly ProcessEntry[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(pids.map((pid) => readProcess(Number(pid))));
  return entries.filter((entry) => entry !== undefined);
}

/** Processes that are in `session`, or descend from one that is or from one of `roots`; zombies left out. */
export function descendants(
  table: readonly ProcessEntry[],
  session: number | undefined,
  roots: ReadonlySet<number>,
): Set<number> {
  const children = new Map<number, ProcessEntry[]>();
  for (const entry of table) {
    const siblings = children.get(entry.parent);
    if (siblings === undefined) children.set(entry.parent, [entry]);
    else siblings.push(entry);
  }
  const found = new Set<number>();
  const queue = table.filter((entry) => entry.session === session || roots.has(entry.pid));
  for (let entry = queue.pop(); entry !== undefined; entry = queue.pop()) {
    if (found.has(entry.pid)) continue;
    found.add(entry.pid);
    queue.push(...(children.get(entry.pid) ?? []));
  }
  for (const entry of table) if (entry.state === 'Z') found.delete(entry.pid);
  return found;
}
