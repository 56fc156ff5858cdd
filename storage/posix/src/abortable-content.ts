/**
 * The same blocks, but waiting for the next one ends with the signal: a source that stalls does not hold up an abort.
 * Rejects with the signal's reason.
 */
export async function* abortableContent(
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (signal === undefined) return yield* content;
  const source = content[Symbol.asyncIterator]();
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  // Nobody may be waiting when the signal comes.
  aborted.catch(() => undefined);
  try {
    for (;;) {
      const next = await Promise.race([aborted, source.next()]);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    // Not awaited: a stalled generator answers `return` only when it goes on.
    source.return?.().then(undefined, () => undefined);
  }
}
