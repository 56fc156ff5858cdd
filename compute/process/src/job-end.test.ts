import { describe, expect, it } from 'vitest';
import type { JobRecord } from './job-directory.ts';
import { jobEnd, siBytes } from './job-end.ts';

const record: JobRecord = {
  jobId: 'j',
  marker: 'VRE_JOB_ID=j',
  limits: { memoryBytes: 512_000_000, wallSeconds: 90, processes: 50, diskBytes: 10_000_000_000 },
  membersFile: '',
  watched: { memory: false, processes: false },
  sandboxed: false,
  writablePaths: [],
  diskBaseline: 0,
  secretPaths: [],
  oomFile: '',
  removeDirectories: [],
};

describe('how a job ended, in words', () => {
  it.each([
    [0, '', 0, 'finished', 'exit code 0'],
    // A child was killed, the job itself coped.
    [0, '', 3, 'finished', 'exit code 0'],
    [2, '', 0, 'failed', 'exit code 2'],
    [200, '', 0, 'failed', 'exit code 200'],
    [137, '', 0, 'killed', 'killed by signal 9 (SIGKILL)'],
    [137, '', 1, 'out-of-memory', 'out of memory (limit 512 MB)'],
    [1, '', 1, 'out-of-memory', 'out of memory (limit 512 MB)'],
    [137, 'out-of-memory', 0, 'out-of-memory', 'out of memory (limit 512 MB)'],
    [143, 'timed-out', 0, 'timed-out', 'timed out after 90 seconds'],
    [143, 'cancelled', 0, 'cancelled', 'cancelled'],
    [137, 'too-many-processes', 0, 'killed', 'too many processes (limit 50)'],
    [137, 'disk-exceeded', 0, 'disk-exceeded', 'disk limit exceeded (limit 10 GB)'],
    [153, '', 0, 'disk-exceeded', 'disk limit exceeded (limit 10 GB)'],
  ])('code %d, verdict "%s", %d kills for memory: %s', (code, verdict, oomKills, reason, sentence) => {
    const startedAt = new Date(0);
    const end = jobEnd({ code, verdict, oomKills, finished: 1.5 }, record, startedAt);
    expect(end).toEqual({ reason, sentence, exitCode: code, startedAt, finishedAt: new Date(1500) });
  });

  it('knows no exit code of a lost job', () => {
    const end = jobEnd({ code: -1, verdict: 'lost', oomKills: 0, finished: 1 }, undefined, undefined);
    expect(end).toMatchObject({ reason: 'lost', exitCode: undefined });
  });

  it.each([
    [999, '999 B'],
    [1500, '1.5 kB'],
    [512_000_000, '512 MB'],
    [2 ** 30, '1.07 GB'],
  ])('%d bytes are %s', (bytes, text) => expect(siBytes(bytes)).toBe(text));
});
