import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Names in a job directory. `log` and `exit` are for everyone, the rest belongs to starter and back-end. */
export const jobFile = {
  log: 'log',
  exit: 'exit',
  starter: 'starter',
  job: 'job',
  verdict: 'verdict',
  plan: 'plan.sh',
  launch: 'launch.sh',
  program: 'starter.sh',
  record: 'job.json',
  diskBaseline: 'disk-baseline',
} as const;

const exitRecord = z.object({
  code: z.number().int(),
  verdict: z.string(),
  oomKills: z.number().int(),
  /** Seconds since 1970. */
  finished: z.number(),
});
export type ExitRecord = z.infer<typeof exitRecord>;

const jobRecord = z.object({
  jobId: z.string(),
  marker: z.string(),
  limits: z.object({
    cpus: z.number().optional(),
    memoryBytes: z.number().optional(),
    wallSeconds: z.number().optional(),
    processes: z.number().optional(),
    diskBytes: z.number().optional(),
  }),
  /** cgroup.procs file that lists the job's processes, '' when none. */
  membersFile: z.string(),
  /** Where the kernel counts processes that it ended for want of memory, '' when nowhere; missing in older records. */
  oomFile: z.string().default(''),
  /** What the platform has to watch itself because the kernel does not. */
  watched: z.object({ memory: z.boolean(), processes: z.boolean() }),
  /** The leading process is a sandbox's own program: it is never asked to end, only killed. */
  sandboxed: z.boolean(),
  writablePaths: z.array(z.string()),
  /**
   * Bytes on disk below the writable paths before the start. Missing: what the watchdog's first look found counts,
   * because looking before the start would take too long.
   */
  diskBaseline: z.number().optional(),
  /** Port the job said it would listen on. */
  exposedPort: z.number().int().optional(),
  secretPaths: z.array(z.string()),
  removeDirectories: z.array(z.string()),
});
/** What any process must know to watch over a job that another one started. */
export type JobRecord = z.infer<typeof jobRecord>;

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** The exit record, `undefined` while there is none. */
export async function readExit(directory: string): Promise<ExitRecord | undefined> {
  const text = await readText(join(directory, jobFile.exit));
  return text === undefined ? undefined : exitRecord.parse(JSON.parse(text));
}

/** The starter's pid and start time in ticks since boot, `undefined` before it claimed the job. */
export async function readStarter(
  directory: string,
): Promise<{ readonly pid: number; readonly startTicks: number } | undefined> {
  const [pid, startTicks] = ((await readText(join(directory, jobFile.starter))) ?? '').split(' ').map(Number);
  return pid === undefined || startTicks === undefined ? undefined : { pid, startTicks };
}

/** The leading process of the job's session and when it began, `undefined` before it was forked. */
export async function readJob(
  directory: string,
): Promise<{ readonly pid: number; readonly startedAt: Date } | undefined> {
  const [pid, seconds] = ((await readText(join(directory, jobFile.job))) ?? '').split(' ').map(Number);
  return pid === undefined || seconds === undefined
    ? undefined
    : { pid, startedAt: new Date(Math.round(seconds * 1000)) };
}

export async function readRecord(directory: string): Promise<JobRecord | undefined> {
  const text = await readText(join(directory, jobFile.record));
  return text === undefined ? undefined : jobRecord.parse(JSON.parse(text));
}

/** Writes a file that appears complete and only if it is not there yet; answers whether it was written. */
export async function writeOnce(directory: string, name: string, content: string): Promise<boolean> {
  const part = join(directory, `${name}.${process.pid}.${Math.random().toString(36).slice(2)}`);
  try {
    await writeFile(part, content, { mode: 0o600 });
    await link(part, join(directory, name));
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The job directory may be gone already: then there is nobody left to tell.
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    throw error;
  } finally {
    await rm(part, { force: true });
  }
}

/** Says why a job is being ended; the first to say so is right. */
export async function writeVerdict(directory: string, verdict: string): Promise<void> {
  await writeOnce(directory, jobFile.verdict, `${verdict}\n`);
}
