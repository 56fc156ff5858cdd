/** States by the letter that the database and filters use; the wire carries the names. */
export const replicaStates = {
  A: 'AVAILABLE',
  U: 'UNAVAILABLE',
  C: 'COPYING',
  B: 'BEING_DELETED',
  D: 'BAD',
  T: 'TEMPORARY_UNAVAILABLE',
} as const;
export type ReplicaState = (typeof replicaStates)[keyof typeof replicaStates];

export const lockStates = { O: 'OK', R: 'REPLICATING', S: 'STUCK' } as const;
export type LockState = (typeof lockStates)[keyof typeof lockStates];

export const ruleStates = {
  R: 'REPLICATING',
  O: 'OK',
  S: 'STUCK',
  U: 'SUSPENDED',
  W: 'WAITING_APPROVAL',
  I: 'INJECT',
} as const;
export type RuleState = (typeof ruleStates)[keyof typeof ruleStates];
