import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job } from './job.ts';

/** Bytes of output that are put into one answer of `/logs`; beginning and end are kept. */
const mostBytes = 2 * 1024 * 1024;
const liveBytes = 256 * 1024;

const logPath = (job: Pick<Job, 'directory'>): string | undefined =>
  job.directory === null ? undefined : join(job.directory, 'control', 'log');

/** A piece of what the job has written so far; `size` is that of the whole. */
async function readPiece(
  job: Pick<Job, 'directory'>,
  offset: number,
  length: number,
): Promise<{ readonly bytes: Buffer; readonly size: number }> {
  const path = logPath(job);
  const handle = path === undefined ? undefined : await open(path, 'r').catch(() => undefined);
  if (handle === undefined) return { bytes: Buffer.alloc(0), size: 0 };
  try {
    const { size } = await handle.stat();
    const wanted = Math.max(Math.min(length, size - offset), 0);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(wanted), 0, wanted, offset);
    return { bytes: buffer.subarray(0, bytesRead), size };
  } finally {
    await handle.close();
  }
}

/** Bytes written so far. */
export const outputSize = async (job: Pick<Job, 'directory'>): Promise<number> =>
  (await readPiece(job, 0, 0)).size;

/** The whole output as text; of a very long one the middle is left out, and said so. */
export async function outputText(job: Pick<Job, 'directory'>): Promise<string> {
  const first = await readPiece(job, 0, mostBytes);
  if (first.size <= mostBytes) return first.bytes.toString();
  const half = mostBytes / 2;
  const end = await readPiece(job, first.size - half, half);
  const left = first.size - 2 * half;
  return `${first.bytes.subarray(0, half).toString()}\n[… ${left} bytes left out …]\n${end.bytes.toString()}`;
}

/** Output from a byte on, cut at a whole character while more may follow. */
export async function liveOutput(
  job: Pick<Job, 'directory'>,
  offset: number,
  ended: boolean,
): Promise<{ readonly text: string; readonly nextOffset: number; readonly ended: boolean }> {
  const { bytes, size } = await readPiece(job, offset, liveBytes);
  const complete = offset + bytes.length >= size;
  const kept = complete && ended ? bytes : bytes.subarray(0, wholeCharacters(bytes));
  const nextOffset = offset + kept.length;
  return { text: kept.toString(), nextOffset, ended: ended && nextOffset >= size };
}

/** Length of the bytes without an unfinished UTF-8 character at their end. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return back < needed ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}
