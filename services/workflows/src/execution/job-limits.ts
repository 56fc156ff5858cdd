import type { JobSpec } from '@vre/compute-port';
import { humanReadableBytes, parseCpuQuantity, parseMemoryQuantity } from '@vre/protocol-reana';
import { acceptedBackends } from './accepted-backends.ts';
import { RunFailure } from './run-failure.ts';

/** Defaults and maxima for one job; bytes and seconds. */
export type JobPolicy = {
  readonly memoryBytes: number;
  readonly mostMemoryBytes: number;
  readonly wallSeconds: number;
  readonly mostWallSeconds: number;
  readonly cpus: number | undefined;
  readonly processes: number;
  readonly diskBytes: number;
};

/** Limits of a job from its step's options. @throws RunFailure when a step asks for more than is allowed. */
export function jobLimits(
  options: Readonly<Record<string, unknown>>,
  policy: JobPolicy,
  called: string,
): JobSpec['limits'] {
  const backend = options.compute_backend;
  if (backend !== undefined && !acceptedBackends.includes(String(backend))) {
    throw new RunFailure(
      `${called} asks for the compute back-end "${backend}", which is not offered here: use one of ${acceptedBackends.join(', ')}.`,
    );
  }
  const memory = quantity(options.kubernetes_memory_limit, parseMemoryQuantity) ?? policy.memoryBytes;
  if (memory > policy.mostMemoryBytes) {
    throw new RunFailure(
      `${called} asks for ${humanReadableBytes(memory)} of memory (kubernetes_memory_limit), at most ${humanReadableBytes(policy.mostMemoryBytes)} are allowed.`,
    );
  }
  const seconds = quantity(options.kubernetes_job_timeout, Number) ?? policy.wallSeconds;
  if (!(seconds > 0) || seconds > policy.mostWallSeconds) {
    throw new RunFailure(
      `${called} asks for ${String(options.kubernetes_job_timeout)} seconds (kubernetes_job_timeout), allowed are 1 to ${policy.mostWallSeconds}.`,
    );
  }
  return {
    cpus: quantity(options.kubernetes_cpu_limit, parseCpuQuantity) ?? policy.cpus,
    memoryBytes: memory,
    wallSeconds: seconds,
    processes: policy.processes,
    diskBytes: policy.diskBytes,
  };
}

function quantity(value: unknown, parse: (text: string) => number | undefined): number | undefined {
  return value === undefined || value === null ? undefined : parse(String(value));
}
