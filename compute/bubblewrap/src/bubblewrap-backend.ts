import type { ComputeBackend } from '@vre/compute-port';
import { createProcessBackend, type ProcessBackendOptions } from '@vre/compute-process';
import { bubblewrapSandbox } from './bubblewrap-sandbox.ts';

export type BubblewrapBackendOptions = Omit<ProcessBackendOptions, 'sandbox'> & {
  /** Path or name of bubblewrap. Default `bwrap`, looked up in the system's directories. */
  readonly program?: string;
};

/**
 * Jobs in a sandbox: read-only system, private /tmp and /home, only the given mounts, own users, processes,
 * host name and System V objects, and no network where none is asked for. Same kernel: it protects people of
 * one project from each other, not against exploits of the kernel.
 */
export function createBubblewrapBackend(options: BubblewrapBackendOptions): ComputeBackend {
  const { program, ...rest } = options;
  return createProcessBackend({ ...rest, sandbox: bubblewrapSandbox(program ?? 'bwrap') });
}
