import type { ComputeBackend, JobRef } from '@vre/compute-port';

const lines = 50;
const mostBytes = 64 * 1024;

/** Last lines of a job's output, without empty ones and without control characters. */
export async function lastLogLines(backend: ComputeBackend, ref: JobRef): Promise<readonly string[]> {
  let tail = Buffer.alloc(0);
  for await (const part of backend.logs(ref, {})) tail = Buffer.concat([tail, part]).subarray(-mostBytes);
  return tail
    .toString()
    .split('\n')
    .map((line) => line.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replace(/[\u0000-\u0008\u000b-\u001f]/g, ''))
    .filter((line) => line.trim() !== '')
    .slice(-lines);
}
