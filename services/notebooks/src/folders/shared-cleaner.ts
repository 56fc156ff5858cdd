import {
  type ConfinedEntry,
  type ConfinedFiles,
  ConfinedFilesError,
  openConfined,
} from '@vre/confined-files';
import type { Daemon } from '@vre/daemon';
import type { Clock } from '@vre/service';
import { readMe } from './shared-folder.ts';

const lookMilliseconds = 3_600_000;

/** Removes what nobody touched for longer than the rule says; looks once an hour. No link is followed. */
export function createSharedCleaner(parts: {
  readonly clock: Clock;
  readonly directory: string;
  readonly keepSeconds: number;
}): Daemon {
  let looked = 0;
  return {
    name: 'shared-cleaner',
    idleMilliseconds: 600_000,
    step: async (signal) => {
      const now = parts.clock.now().getTime();
      if (now - looked < lookMilliseconds) return 'idle';
      looked = now;
      const files = await openConfined(parts.directory).catch(() => undefined);
      if (files === undefined) return 'idle';
      try {
        await removeUntouched(files, new Date(now - parts.keepSeconds * 1000), signal);
      } finally {
        files.close();
      }
      return 'idle';
    },
  };
}

async function removeUntouched(files: ConfinedFiles, before: Date, signal: AbortSignal): Promise<void> {
  const folders: string[] = [];
  const old = ({ path, touchedAt }: ConfinedEntry) => touchedAt < before && path !== readMe;
  for await (const entry of files.walk('')) {
    signal.throwIfAborted();
    if (!old(entry)) continue;
    // Folders afterwards, the inner ones first: those that are empty then.
    if (entry.kind === 'directory') folders.push(entry.path);
    else await removeUnlessBusy(files, entry.path);
  }
  for (const path of folders.reverse()) await removeUnlessBusy(files, path);
}

/** Somebody may have been quicker, or put something into a folder. */
async function removeUnlessBusy(files: ConfinedFiles, path: string): Promise<void> {
  try {
    await files.remove(path);
  } catch (error) {
    const expected = error instanceof ConfinedFilesError && error.code !== 'failed';
    if (!expected) throw error;
  }
}
