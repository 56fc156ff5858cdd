/** What is known about this installation when somebody asks whether jobs may run without a sandbox. */
export type PlainProcessFacts = {
  /** Uid the platform runs as. */
  readonly platformUid: number;
  /** Every account gets an unprivileged uid of its own (possible only as root). */
  readonly uidPerAccount: boolean;
  /** Nobody but the operator has an account that may run jobs. */
  readonly operatorIsOnlyPerson: boolean;
  /** `trust-users` of the service's configuration. */
  readonly trustUsers: boolean;
  /** Its full key, such as `workflows.trust-users`, for the sentence. */
  readonly trustUsersKey: string;
};

export type PlainProcessVerdict =
  | { readonly allowed: true; readonly because: string }
  | { readonly allowed: false; readonly sentence: string };

/**
 * Whether jobs may run as plain processes at all. A refused run fails at once with the sentence, which names
 * the way out.
 */
export function plainProcessesAllowed(facts: PlainProcessFacts): PlainProcessVerdict {
  if (facts.platformUid === 0 && facts.uidPerAccount) {
    return { allowed: true, because: 'every account has its own unprivileged uid' };
  }
  if (facts.operatorIsOnlyPerson) {
    return { allowed: true, because: 'the operator is the only person who runs jobs here' };
  }
  if (facts.trustUsers) return { allowed: true, because: `${facts.trustUsersKey} is set` };
  const why =
    facts.platformUid === 0
      ? 'accounts have no unprivileged uid of their own'
      : 'the platform runs as an ordinary user, so jobs of different people would share its uid';
  return {
    allowed: false,
    sentence: `Jobs cannot run as plain processes here because ${why}: install bubblewrap (apt-get install bubblewrap), or set ${facts.trustUsersKey} if everyone with an account may read everything.`,
  };
}
