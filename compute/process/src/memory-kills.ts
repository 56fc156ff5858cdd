import { readFile } from 'node:fs/promises';
import type { JobRef } from '@vre/compute-port';
import { readRecord } from './job-directory.ts';

/** Processes of a running job that the kernel ended because the job's memory was full; its group goes with the job. */
export async function memoryKills(ref: JobRef): Promise<number> {
  const record = await readRecord(ref.jobDirectory);
  if (record === undefined || record.oomFile === '') return 0;
  const text = await readFile(record.oomFile, 'latin1').catch(() => '');
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
}
