import { readFile } from 'node:fs/promises';
import { type ProcessEntry, readProcessTable } from './process-table.ts';

/** Name of the variable by which a job's processes are known. */
export const markerVariable = 'VRE_JOB_ID';

/** The machine's processes at one moment, and the job marker (`NAME=value`) of those that carry one. */
export type ProcessSnapshot = {
  readonly entries: readonly ProcessEntry[];
  readonly markers: ReadonlyMap<number, string>;
};

async function readMarker(pid: number): Promise<string | undefined> {
  try {
    const environ = `\0${await readFile(`/proc/${pid}/environ`, 'latin1')}`;
    const at = environ.indexOf(`\0${markerVariable}=`);
    return at < 0 ? undefined : environ.slice(at + 1, environ.indexOf('\0', at + 1));
  } catch {
    return undefined; // another user's process, or one that just ended
  }
}

/** Looks at all processes. */
export async function readSnapshot(): Promise<ProcessSnapshot> {
  const entries = await readProcessTable();
  const markers = new Map<number, string>();
  await Promise.all(
    entries.map(async ({ pid }) => {
      const marker = await readMarker(pid);
      if (marker !== undefined) markers.set(pid, marker);
    }),
  );
  return { entries, markers };
}

/** One look for all watchdogs of a back-end: each asks four times a second, the machine is looked at once. */
export class SharedSnapshot {
  #taken = Number.NEGATIVE_INFINITY;
  #snapshot: Promise<ProcessSnapshot> | undefined;

  /** A snapshot not older than 200 ms. */
  recent(): Promise<ProcessSnapshot> {
    const now = performance.now();
    if (this.#snapshot === undefined || now - this.#taken > 200) {
      this.#taken = now;
      this.#snapshot = readSnapshot();
    }
    return this.#snapshot;
  }
}
