import type { ComputeBackend } from '@vre/compute-port';
import type { Environment } from '@vre/environments';

/** What servers are made of; the composition root puts in back-ends, environments and local elements. */
export type NotebooksParts = {
  readonly sandbox: ComputeBackend;
  readonly plain: ComputeBackend;
  /** All declared environments; those with a profile are cards. */
  readonly environments: readonly Environment[];
  /** The installation's data directory, which other services build their environments in as well. */
  readonly buildDirectory: string;
  /** Storage elements whose files lie on this machine. */
  readonly elements: readonly { readonly name: string; readonly directory: string }[];
};
