import type { Database } from '@vre/database';
import { HubError, messages } from '@vre/protocol-jupyterhub';
import type { Account } from '../accounts/account.ts';
import { findAccountByName } from '../accounts/account-store.ts';
import type { Caller } from './caller.ts';
import { decideOnPerson } from './policy.ts';

/** Finds the person that a path names, for callers who may do something to them. */
export interface People {
  /**
   * @throws HubError 404 when there is nobody of the name, or the caller may not know; 403 when the caller may see
   * the person but not do this.
   */
  find(caller: Caller, scope: string, name: string, serverName?: string): Promise<Account>;
}

export function createPeople(database: Database): People {
  return {
    find: async (caller, scope, name, serverName) => {
      const account =
        name === caller.account.name ? caller.account : await findAccountByName(database.direct, name);
      if (account) {
        const decision = decideOnPerson(caller, scope, account, serverName);
        if (decision.allowed) return account;
        if (!decision.hidden)
          throw new HubError(403, `${messages.actionNotAuthorized} This needs ${scope} for ${name}.`);
      }
      throw new HubError(404, `No such user: ${name}.`);
    },
  };
}
