import { constants } from 'node:os';
import type { JobEnd, JobEndReason } from '@vre/compute-port';
import type { ExitRecord, JobRecord } from './job-directory.ts';

const signalNames = new Map<number, string>(
  Object.entries(constants.signals).map(([name, number]) => [number, name]),
);

/** 1 500 000 000 → "1.5 GB": SI, as everywhere in the product. */
export function siBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${Number(value.toPrecision(3))} ${units[unit]}`;
}

function seconds(value: number): string {
  return value === 1 ? '1 second' : `${value} seconds`;
}

/** How a job ended, from what its starter and its watchers wrote down. */
export function jobEnd(exit: ExitRecord, record: JobRecord | undefined, startedAt: Date | undefined): JobEnd {
  const limits = record?.limits ?? {};
  const finishedAt = new Date(Math.round(exit.finished * 1000));
  const ended = (reason: JobEndReason, sentence: string, exitCode: number | undefined): JobEnd => ({
    reason,
    exitCode,
    sentence,
    startedAt,
    finishedAt,
  });
  const memory = limits.memoryBytes === undefined ? '' : ` (limit ${siBytes(limits.memoryBytes)})`;
  const disk = limits.diskBytes === undefined ? '' : ` (limit ${siBytes(limits.diskBytes)})`;
  switch (exit.verdict) {
    case 'lost':
      return ended('lost', 'lost: its starter is gone and left no exit record', undefined);
    case 'cancelled':
      return ended('cancelled', 'cancelled', exit.code);
    case 'timed-out':
      return ended('timed-out', `timed out after ${seconds(limits.wallSeconds ?? 0)}`, exit.code);
    case 'out-of-memory':
      return ended('out-of-memory', `out of memory${memory}`, exit.code);
    case 'disk-exceeded':
      return ended('disk-exceeded', `disk limit exceeded${disk}`, exit.code);
    case 'too-many-processes':
      return ended('killed', `too many processes (limit ${limits.processes ?? 0})`, exit.code);
    default:
  }
  if (exit.code === 0) return ended('finished', 'exit code 0', 0);
  if (exit.oomKills > 0) return ended('out-of-memory', `out of memory${memory}`, exit.code);
  const signal = signalNames.get(exit.code - 128);
  if (signal === 'SIGXFSZ' && limits.diskBytes !== undefined) {
    return ended('disk-exceeded', `disk limit exceeded${disk}`, exit.code);
  }
  if (signal !== undefined) {
    return ended('killed', `killed by signal ${exit.code - 128} (${signal})`, exit.code);
  }
  return ended('failed', `exit code ${exit.code}`, exit.code);
}
