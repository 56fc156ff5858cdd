import type { ComputeBackend, JobRef } from '@vre/compute-port';

/** Long enough for a busy machine; a port on which nobody listens keeps the caller waiting until then. */
const patience = 3000;

/**
 * Whether the job itself listens on its port now. A server that ends frees its port before anybody hears of the end, and
 * any account of the machine may take it: neither a token nor a request goes there without this answer.
 */
export function createPortCheck(
  backends: Readonly<Record<string, ComputeBackend>>,
): (job: JobRef | null) => Promise<boolean> {
  const asking = new Map<string, Promise<boolean>>();
  return async (job) => {
    const backend = job === null ? undefined : backends[job.backend];
    if (job === null || backend === undefined) return false;
    const running = asking.get(job.jobDirectory);
    if (running !== undefined) return running;
    const asked = backend.endpoint(job, AbortSignal.timeout(patience)).then(
      () => true,
      () => false,
    );
    asking.set(job.jobDirectory, asked);
    return asked.finally(() => asking.delete(job.jobDirectory));
  };
}
