/** One event of a stream (WHATWG HTML §9.2.6). */
export type StreamedEvent = {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: string;
};

const longestEvent = 1_000_000;

/** Parses `text/event-stream` as it arrives; comments are skipped. Throws when one event exceeds a megabyte. */
export async function* parseEventStream(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<StreamedEvent> {
  const decoder = new TextDecoder();
  let pending = '';
  let id: string | undefined;
  let event: string | undefined;
  let data: string[] = [];
  for await (const chunk of chunks) {
    pending += decoder.decode(chunk, { stream: true });
    if (pending.length > longestEvent) throw new Error('an event is longer than a megabyte');
    // A carriage return at the end may be the first half of a line end.
    const lines = pending.split(/\r\n|\n|\r(?!$)/);
    pending = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { id, event, data: data.join('\n') };
        event = undefined;
        data = [];
        continue;
      }
      const colon = line.indexOf(':');
      const field = colon === -1 ? line : line.slice(0, colon);
      const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'data') data.push(value);
      else if (field === 'event') event = value;
      else if (field === 'id' && !value.includes('\0')) id = value;
    }
  }
}
