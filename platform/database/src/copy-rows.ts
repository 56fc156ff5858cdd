import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

type Cell = string | number | boolean | Date | null | undefined;

/**
 * Sends rows by COPY, the fastest way in. `target` is `schema.table (column, …)` written by the caller, never
 * user input. Returns when all rows are in.
 */
export async function copyRows(
  client: pg.ClientBase,
  target: string,
  rows: Iterable<readonly Cell[]> | AsyncIterable<readonly Cell[]>,
): Promise<void> {
  async function* lines(): AsyncGenerator<string> {
    let pending = '';
    for await (const row of rows) {
      pending += `${row.map(text).join('\t')}\n`;
      if (pending.length > 64 * 1024) {
        yield pending;
        pending = '';
      }
    }
    if (pending !== '') yield pending;
  }
  await pipeline(Readable.from(lines()), client.query(copyFrom(`copy ${target} from stdin`)));
}

/** COPY text format: backslash, tab, newline and carriage return escaped, null as \N. */
function text(cell: Cell): string {
  if (cell === null || cell === undefined) return '\\N';
  if (cell instanceof Date) return cell.toISOString();
  return String(cell).replace(
    /[\\\t\n\r]/g,
    (character) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' })[character] as string,
  );
}
