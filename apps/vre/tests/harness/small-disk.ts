import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** A disk of a few megabytes, which a test can fill without harm to the machine. Needs root. */
export interface SmallDisk {
  readonly directory: string;
  /** Takes everything that is free but `leaveBytes`. */
  fill(leaveBytes?: number): Promise<void>;
  /** Gives back what `fill` took. */
  free(): Promise<void>;
  remove(): void;
}

const checkout = join(import.meta.dirname, '../../../..');

/** Mounts a tmpfs in a new directory below the checkout. */
export function mountSmallDisk(megabytes: number): SmallDisk {
  const directory = mkdtempSync(join(checkout, '.vre-test', 'disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0711`, 'tmpfs', directory]);
  const ballast = join(directory, 'ballast');
  return {
    directory,
    fill: async (leaveBytes = 0) => {
      const file = await open(ballast, 'a');
      try {
        for (;;) {
          const { bavail, bsize } = await statfs(directory);
          const taken = Math.min(bavail * bsize - leaveBytes, 2 ** 20);
          if (taken <= 0) return;
          await file.write(Buffer.alloc(taken, 1));
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        await file.close();
      }
    },
    free: () => rm(ballast, { force: true }),
    remove: () => {
      execFileSync('umount', ['--lazy', directory]);
      rmdirSync(directory);
    },
  };
}
