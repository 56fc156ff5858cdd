import type { ReplicaDetail, ReplicaRow, ScopedName } from '@vre/protocol-rucio';

/** A replica as people see it: a damaged one stays damaged until its repair has arrived. */
export type ReplicaCondition = ScopedName & {
  readonly element: string;
  /** The lake's word; `BAD` for every damaged one. */
  readonly state: string;
  readonly pfn: string | undefined;
  readonly checksum: string | null;
  readonly bytes: number | null;
  /** What is wrong and what happens next. */
  readonly sentence: string | null;
};

const listed = new Intl.ListFormat('en', { type: 'disjunction' });

/** What is wrong with a replica and what happens next; null where nothing is wrong. */
export function replicaSentence({ rse, locks, damage, sources, reason }: ReplicaDetail): string | null {
  if (damage === null) return reason;
  const next =
    sources.length === 0
      ? 'No good copy is left: upload the file again.'
      : locks === 0
        ? `No rule keeps it, so it is being removed; a good copy is on ${listed.format(sources)}.`
        : `It is being repaired from ${listed.format(sources)}.`;
  return [`The copy on ${rse} is damaged: ${damage.replace(/\.?$/, '.')}`, next, reason]
    .filter(Boolean)
    .join(' ');
}

/** Every replica of some files; without details (a foreign lake) only what the listing says. */
export function replicaConditions(
  files: readonly ReplicaRow[],
  details: readonly ReplicaDetail[],
): readonly ReplicaCondition[] {
  const known = new Map(details.map((detail) => [`${detail.rse} ${detail.scope}:${detail.name}`, detail]));
  return files.flatMap(({ scope, name, adler32, bytes, states, rses }) =>
    Object.entries(states).map(([element, state]) => {
      const detail = known.get(`${element} ${scope}:${name}`);
      // The two answers are of two moments: a replica that is available again is not damaged.
      const damaged = detail?.damage != null && state !== 'AVAILABLE';
      return {
        scope,
        name,
        element,
        state: damaged ? 'BAD' : state,
        pfn: damaged ? undefined : rses[element]?.[0],
        checksum: adler32,
        bytes,
        sentence: detail === undefined || state === 'AVAILABLE' ? null : replicaSentence(detail),
      };
    }),
  );
}
