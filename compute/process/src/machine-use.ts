import { readFile, statfs } from 'node:fs/promises';

/** How much of something the whole machine uses now: bytes, or a count. */
export type UseOf = () => Promise<number>;

const freshMilliseconds = 200;

/** One look for all who ask within a moment. */
function shared(look: UseOf): UseOf {
  let taken = Number.NEGATIVE_INFINITY;
  let last: Promise<number> | undefined;
  return () => {
    const now = performance.now();
    if (last === undefined || now - taken > freshMilliseconds) {
      taken = now;
      last = look();
    }
    return last;
  };
}

/** The machine as a whole, looked at once for all watchdogs: a few small reads, however many jobs there are. */
export class MachineUse {
  /** Bytes of memory and swap that are not available to new programs. */
  readonly memory: UseOf = shared(async () => {
    const text = await readFile('/proc/meminfo', 'latin1');
    const kilobytes = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0);
    const used = kilobytes('MemTotal') - kilobytes('MemAvailable');
    return (used + kilobytes('SwapTotal') - kilobytes('SwapFree')) * 1024;
  });

  /** Threads of all processes. */
  readonly threads: UseOf = shared(async () =>
    Number(/\/(\d+)/.exec(await readFile('/proc/loadavg', 'latin1'))?.[1]),
  );

  readonly #fileSystems = new Map<number, UseOf>();

  /** Bytes in use on the file system of a path, whose device number tells which one that is. */
  disk(device: number, path: string): Promise<number> {
    let use = this.#fileSystems.get(device);
    if (use === undefined) {
      use = shared(async () => {
        const { blocks, bfree, bsize } = await statfs(path);
        return (blocks - bfree) * bsize;
      });
      this.#fileSystems.set(device, use);
    }
    return use();
  }
}
