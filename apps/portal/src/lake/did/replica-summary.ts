import type { ReplicaCondition } from './replica-condition.ts';

/** What one storage element holds of a DID. */
export type ElementSummary = {
  readonly element: string;
  readonly files: number;
  readonly available: number;
  /** Bytes of the available files. */
  readonly bytes: number;
  /** Other states with their counts, most first. */
  readonly others: readonly { readonly state: string; readonly files: number }[];
};

/** Counts files by element and state. */
export function summariseReplicas(replicas: readonly ReplicaCondition[]): readonly ElementSummary[] {
  const byElement = new Map<string, { bytes: number; states: Map<string, number> }>();
  for (const { element, state, bytes } of replicas) {
    const entry = byElement.get(element) ?? { bytes: 0, states: new Map<string, number>() };
    entry.states.set(state, (entry.states.get(state) ?? 0) + 1);
    if (state === 'AVAILABLE') entry.bytes += bytes ?? 0;
    byElement.set(element, entry);
  }
  return [...byElement]
    .map(([element, { bytes, states }]) => ({
      element,
      bytes,
      files: [...states.values()].reduce((sum, count) => sum + count, 0),
      available: states.get('AVAILABLE') ?? 0,
      others: [...states]
        .filter(([state]) => state !== 'AVAILABLE')
        .map(([state, count]) => ({ state, files: count }))
        .sort((a, b) => b.files - a.files),
    }))
    .sort((a, b) => a.element.localeCompare(b.element));
}
