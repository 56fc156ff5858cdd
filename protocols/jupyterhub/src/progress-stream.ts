import { type ProgressEvent, progressEvent } from './progress.ts';

const newline = /\r\n|\r|\n/;

/**
 * Reads a server's progress stream (server-sent events, one `data:` line an event) to its end. Lines that are no
 * event, such as keep-alives, are skipped.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export async function* readProgressStream(body: ReadableStream<Uint8Array>): AsyncGenerator<ProgressEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += done ? `${decoder.decode()}\n` : decoder.decode(value, { stream: true });
      const lines = rest.split(newline);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const event = readLine(line);
        if (event !== undefined) yield event;
      }
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function readLine(line: string): ProgressEvent | undefined {
  if (!line.startsWith('data:')) return undefined;
  try {
    return progressEvent.safeParse(JSON.parse(line.slice('data:'.length))).data;
  } catch {
    // a line of another program: not an event of this stream
    return undefined;
  }
}
