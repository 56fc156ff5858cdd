import { sendLines } from '@vre/http-server';
import { renderRucioJson } from '@vre/protocol-rucio';
import type { FastifyReply } from 'fastify';

/** The client compares content types by equality: no charset may follow. */
export const lineType = 'application/x-json-stream';

/** One JSON document. */
export function sendJson(reply: FastifyReply, value: unknown, status = 200): FastifyReply {
  return reply.code(status).header('content-type', 'application/json').send(renderRucioJson(value));
}

/** One JSON document a line, each row through `change` if given. The first row is fetched before the head is written. */
export function sendRows<Row>(
  reply: FastifyReply,
  rows: AsyncIterable<Row> | Iterable<Row>,
  change: (row: Row) => unknown = (row) => row,
): Promise<FastifyReply> {
  return sendLines(reply, asAsync(rows), {
    contentType: lineType,
    line: (row) => `${renderRucioJson(change(row))}\n`,
  });
}

/** The acknowledgement of a creation. */
export const sendCreated = (reply: FastifyReply): FastifyReply =>
  reply.code(201).type('text/html; charset=utf-8').send('Created');

/** The acknowledgement of a change. */
export const sendDone = (reply: FastifyReply, status = 200): FastifyReply =>
  reply.code(status).type('text/html; charset=utf-8').send('');

function asAsync<Row>(rows: AsyncIterable<Row> | Iterable<Row>): AsyncIterable<Row> {
  if (Symbol.asyncIterator in rows) return rows;
  return (async function* () {
    yield* rows;
  })();
}

/** Each row through a function, as it comes. */
export async function* mapped<Row, Out>(
  rows: AsyncIterable<Row>,
  change: (row: Row) => Out,
): AsyncGenerator<Out> {
  for await (const row of rows) yield change(row);
}
