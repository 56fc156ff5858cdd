import type { Tone } from '../../design/state-badge.tsx';

const looks: Readonly<Record<string, { readonly tone: Tone; readonly word: string }>> = {
  AVAILABLE: { tone: 'good', word: 'Available' },
  UNAVAILABLE: { tone: 'waiting', word: 'Expected' },
  COPYING: { tone: 'busy', word: 'Copying' },
  BEING_DELETED: { tone: 'neutral', word: 'Being deleted' },
  BAD: { tone: 'bad', word: 'Damaged' },
  TEMPORARY_UNAVAILABLE: { tone: 'attention', word: 'Unreachable' },
};

/** How a replica's state is shown. */
export const replicaLook = (state: string): { readonly tone: Tone; readonly word: string } =>
  looks[state] ?? { tone: 'neutral', word: state };
