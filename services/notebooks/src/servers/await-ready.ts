import { setTimeout as pause } from 'node:timers/promises';
import type { ComputeBackend, JobRef } from '@vre/compute-port';
import { serverPrefix } from './server.ts';
import { StartFailure } from './server-failure.ts';
import type { StartLife } from './start-life.ts';

const firstPause = 30;
const longestPause = 250;

/** Waits until the job listens on its port, as proven by the back-end, and its server answers there. */
export async function awaitReady(life: StartLife, backend: ComputeBackend, job: JobRef): Promise<void> {
  const { parts, server, owner, signal } = life;
  const { startSeconds } = parts.policy;
  const late = AbortSignal.timeout(startSeconds * 1000);
  const either = AbortSignal.any([signal, late]);
  try {
    await life.tell(80, 'Waiting until JupyterLab listens');
    const { host, port } = await backend.endpoint(job, either);
    await life.tell(90, 'JupyterLab listens, waiting for its first answer');
    const url = `http://${host}:${port}${serverPrefix(owner.name, server.name)}api`;
    for (
      let wait = firstPause;
      !(await answers(parts.http, url, either));
      wait = Math.min(wait * 1.5, longestPause)
    ) {
      const state = await backend.state(job);
      // Its end is told by the endpoint in the same words as before.
      if (state.state === 'ended') await backend.endpoint(job, either);
      await pause(wait, undefined, { signal: either });
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!late.aborted) throw error;
    throw new StartFailure(
      `The server did not answer within ${startSeconds} seconds after its start: start it again; the operator can raise notebooks.server.start-time where the machine is slow.`,
      { cause: error },
    );
  }
}

/** Any answer below 500 counts, as with other hubs. */
async function answers(http: StartLife['parts']['http'], url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const { status, body } = await http.request(url, { signal, headersTimeout: 10_000 });
    await body.dump();
    return status < 500;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
