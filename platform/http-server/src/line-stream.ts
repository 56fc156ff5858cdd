import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';

const chunkBytes = 32 * 1024;

/**
 * Streams one line a row, in chunks of at least 32 KiB, with back-pressure; the source is closed when the client
 * goes away. The first row is fetched before the head is written, so that an error there becomes a real answer.
 */
export async function sendLines<Row>(
  reply: FastifyReply,
  rows: AsyncIterable<Row>,
  options: {
    readonly contentType: string;
    readonly line: (row: Row) => string;
    readonly prolog?: string;
    readonly epilog?: string;
  },
): Promise<FastifyReply> {
  const iterator = rows[Symbol.asyncIterator]();
  const first = await iterator.next();
  async function* chunks(): AsyncGenerator<string> {
    let pending = options.prolog ?? '';
    try {
      for (let next = first; !next.done; next = await iterator.next()) {
        pending += options.line(next.value);
        if (pending.length >= chunkBytes) {
          yield pending;
          pending = '';
        }
      }
    } finally {
      await iterator.return?.();
    }
    pending += options.epilog ?? '';
    if (pending !== '') yield pending;
  }
  return reply
    .header('content-type', options.contentType)
    .send(Readable.from(chunks(), { objectMode: false, highWaterMark: 2 * chunkBytes }));
}
