import type { BackendDescription, ComputeBackend } from '@vre/compute-port';
import type { PlainProcessVerdict } from './plain-processes.ts';

/** Back-ends that run jobs on this machine, and whether plain processes are allowed here. */
export type LocalBackends = {
  readonly sandbox: ComputeBackend;
  readonly plain: ComputeBackend;
  /** As decided by `plainProcessesAllowed`; asked for every job, because the number of people changes. */
  readonly plainAllowed: () => Promise<PlainProcessVerdict>;
};

export type ChosenBackend =
  | { readonly backend: ComputeBackend; readonly description: BackendDescription; readonly note: string }
  | { readonly backend: undefined; readonly sentence: string };

/** The sandbox when it works, else plain processes where they are allowed, else a sentence that says what to do. */
export async function chooseBackend(local: LocalBackends): Promise<ChosenBackend> {
  const sandbox = await local.sandbox.describe();
  if (sandbox.unavailable === undefined) return { backend: local.sandbox, description: sandbox, note: '' };
  const verdict = await local.plainAllowed();
  if (!verdict.allowed) return { backend: undefined, sentence: `${sandbox.unavailable} ${verdict.sentence}` };
  const plain = await local.plain.describe();
  if (plain.unavailable !== undefined) {
    return { backend: undefined, sentence: `${sandbox.unavailable} ${plain.unavailable}` };
  }
  return {
    backend: local.plain,
    description: plain,
    note: `no sandbox here (${sandbox.unavailable}); plain processes are allowed because ${verdict.because}`,
  };
}
