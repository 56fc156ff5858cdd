import { RucioError } from '@vre/protocol-rucio';

/** Files that have to lie together: a dataset, a single file, or everything a rule covers. */
export type Group = {
  readonly id: number;
  /** Bytes of the files that need locks. */
  readonly bytes: number;
  /** Bytes of those files that an element has already. */
  readonly held: ReadonlyMap<number, number>;
  /** Elements that an earlier evaluation chose for the group. */
  readonly chosen: readonly number[];
};

/** An element that may take copies. */
export type Candidate = {
  readonly id: number;
  /** Larger is chosen more often; at least 0. */
  readonly weight: number;
  /** Bytes that the account may still lock there. */
  readonly bytesLeft: number;
};

/**
 * Chooses `copies` elements for every group, the biggest group first: what was chosen before stays, then the elements
 * that hold most of the group's bytes, then by weighted chance. Throws InsufficientTargetRSEs or
 * InsufficientAccountLimit.
 */
export function place(
  groups: readonly Group[],
  candidates: readonly Candidate[],
  copies: number,
  random: () => number,
): ReadonlyMap<number, readonly number[]> {
  const left = new Map(candidates.map(({ id, bytesLeft }) => [id, bytesLeft]));
  const charge = (id: number, bytes: number) => left.set(id, (left.get(id) ?? 0) - bytes);
  const placement = new Map<number, readonly number[]>();
  for (const group of [...groups].sort((a, b) => b.bytes - a.bytes || a.id - b.id)) {
    const kept = group.chosen.slice(0, copies);
    for (const id of kept)
      if ((left.get(id) ?? Number.POSITIVE_INFINITY) < group.bytes) throw noQuota(group.bytes);
    const free = candidates.filter(({ id }) => !kept.includes(id));
    const missing = copies - kept.length;
    if (free.length < missing)
      throw new RucioError(
        'InsufficientTargetRSEs',
        `The expression leaves ${free.length + kept.length} storage elements that accept data, ${copies} copies need as many`,
      );
    const affordable = free.filter(({ id }) => (left.get(id) ?? 0) >= group.bytes);
    if (affordable.length < missing) throw noQuota(group.bytes);
    const ordered = affordable
      .map((candidate) => ({
        id: candidate.id,
        held: group.held.get(candidate.id) ?? 0,
        // Efraimidis and Spirakis: sorting by this key draws without replacement, in proportion to the weights.
        key: random() ** (1 / Math.max(candidate.weight, Number.MIN_VALUE)),
      }))
      .sort((a, b) => b.held - a.held || b.key - a.key);
    const all = [...kept, ...ordered.slice(0, missing).map(({ id }) => id)];
    for (const id of all) charge(id, group.bytes);
    placement.set(group.id, all);
  }
  return placement;
}

const noQuota = (bytes: number): RucioError =>
  new RucioError(
    'InsufficientAccountLimit',
    `The account has not enough quota left on the storage elements of the expression for ${bytes} bytes: remove rules or ask for more quota`,
  );
