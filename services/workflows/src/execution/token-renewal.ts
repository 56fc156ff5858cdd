import { access } from 'node:fs/promises';
import { rucioFiles, writeCredential } from '@vre/client-files';
import type { Job } from '../jobs/job.ts';
import { jobFolder } from './job-folder.ts';
import type { RunLife } from './run-life.ts';

const firstCheckMilliseconds = 2_000;
const retryMilliseconds = 15_000;

/** When a token that ends at `expiresAt` is renewed: at half of what is left, at least five seconds from now. */
export const renewalDelay = (expiresAt: Date, now: Date): number =>
  Math.max((expiresAt.getTime() - now.getTime()) / 2, 5_000);

/** Renews the lake token of a job that has one, until the returned function is called. */
export function keepTokenFresh(life: RunLife, job: Pick<Job, 'directory'>): () => void {
  if (job.directory === null) return () => undefined;
  const { credentials } = jobFolder(job.directory);
  const { parts, account } = life;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const renew = async (): Promise<void> => {
    const has = await access(rucioFiles(credentials).token).then(
      () => true,
      () => false,
    );
    if (!has || stopped) return;
    let delay = retryMilliseconds;
    try {
      const { token, expiresAt } = await parts.lakeTokens.token(account);
      await writeCredential(credentials, 'rucio.token', token);
      delay = renewalDelay(expiresAt, parts.clock.now());
    } catch (error) {
      parts.log.warn(
        { err: error, runId: life.run.id },
        'could not renew the lake token of a job, trying again',
      );
    }
    if (!stopped) timer = setTimeout(() => void renew(), delay);
  };
  // An adopted job may hold a token that is about to end: look soon, then by its expiry.
  timer = setTimeout(() => void renew(), firstCheckMilliseconds);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
