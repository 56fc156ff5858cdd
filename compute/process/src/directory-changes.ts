import { type FSWatcher, watch } from 'node:fs';

/**
 * Wakes whoever waits when something changes in a directory. A change between two waits is remembered, so
 * "look, then wait" misses nothing. Where the kernel grants no watch, only the timeout wakes.
 */
export class DirectoryChanges {
  #watcher: FSWatcher | undefined;
  #changed = false;
  #wake: (() => void) | undefined;

  constructor(directory: string) {
    const notify = () => {
      this.#changed = true;
      this.#wake?.();
    };
    try {
      this.#watcher = watch(directory, notify);
      this.#watcher.on('error', () => this.close());
    } catch {
      this.#watcher = undefined;
    }
  }

  /** Resolves at the next change, after `milliseconds`, or at once when the signal is aborted. */
  async next(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (!this.#changed && signal?.aborted !== true) {
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          this.#wake = undefined;
          resolve();
        };
        const timer = setTimeout(
          done,
          this.#watcher === undefined ? Math.min(milliseconds, 500) : milliseconds,
        );
        signal?.addEventListener('abort', done, { once: true });
        this.#wake = done;
      });
    }
    this.#changed = false;
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}
