import type { RuleState } from '@vre/protocol-rucio';
import type { Tone } from '../../design/state-badge.tsx';

/** How a rule's state is shown. */
export const ruleLooks: Readonly<Record<RuleState, { readonly tone: Tone; readonly word: string }>> = {
  OK: { tone: 'good', word: 'OK' },
  REPLICATING: { tone: 'busy', word: 'Replicating' },
  STUCK: { tone: 'attention', word: 'Stuck' },
  SUSPENDED: { tone: 'attention', word: 'Suspended' },
  WAITING_APPROVAL: { tone: 'waiting', word: 'Waiting for approval' },
  INJECT: { tone: 'waiting', word: 'Being placed' },
};
