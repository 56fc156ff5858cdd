import { RucioError } from '@vre/protocol-rucio';

/** Who acts: an account, and by which identity it was reached. */
export type Caller = {
  readonly accountId: number;
  readonly account: string;
  /** The account `root`, one with attribute `admin`, or one that the configuration names. */
  readonly isAdministrator: boolean;
  readonly identity: string;
  readonly identityType: string;
  /** Subject at the issuer, for people; events are addressed by it. */
  readonly subject: string | undefined;
  /** Group paths of the token, with leading slash. */
  readonly groups: readonly string[];
  readonly tokenExpiresAt: Date;
};

export type Action =
  | { readonly do: 'administrate'; readonly what: string }
  | { readonly do: 'write in scope'; readonly scope: string; readonly ownerId: number }
  | { readonly do: 'own scope'; readonly ownerId: number }
  | { readonly do: 'make a rule'; readonly accountId: number; readonly locked: boolean }
  | { readonly do: 'change a rule'; readonly accountId: number }
  | { readonly do: 'see usage'; readonly accountId: number }
  | { readonly do: 'write to a blocked element' };

export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

const allowed: Decision = { allowed: true };
const denied = (reason: string): Decision => ({ allowed: false, reason });

/**
 * Who may do what, in one place. The owner of a scope writes in it (a scope `group.<path>` belongs to the members of
 * that group as well), the owner of a rule extends, moves and deletes it; quotas are checked where bytes are counted.
 * Reading is open to every account.
 */
export function decide(caller: Caller, action: Action): Decision {
  if (caller.isAdministrator) return allowed;
  switch (action.do) {
    case 'administrate':
      return denied(
        `Account ${caller.account} can not ${action.what}: only administrators of the data lake can`,
      );
    case 'write in scope':
      return action.ownerId === caller.accountId || isGroupScope(action.scope, caller.groups)
        ? allowed
        : denied(
            `Account ${caller.account} can not change data in scope ${action.scope}: it belongs to another account`,
          );
    case 'own scope':
      return action.ownerId === caller.accountId
        ? allowed
        : denied(`Account ${caller.account} does not own this scope`);
    case 'make a rule':
      if (action.accountId !== caller.accountId)
        return denied(`Account ${caller.account} can not add a rule for another account`);
      return action.locked ? denied('Only administrators can add locked rules') : allowed;
    case 'change a rule':
      return action.accountId === caller.accountId
        ? allowed
        : denied(`Account ${caller.account} can not change a rule of another account`);
    case 'see usage':
      return action.accountId === caller.accountId
        ? allowed
        : denied(`Account ${caller.account} can not see the usage of another account`);
    case 'write to a blocked element':
      return denied('the element does not accept data at present');
  }
}

/** Throws AccessDenied with the reason. */
export function requirePermission(caller: Caller, action: Action): void {
  const decision = decide(caller, action);
  if (!decision.allowed) throw new RucioError('AccessDenied', decision.reason);
}

const isGroupScope = (scope: string, groups: readonly string[]): boolean =>
  groups.some((group) => `group${group.replaceAll('/', '.')}` === scope);
