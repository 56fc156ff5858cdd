import type { Database } from '@vre/database';
import type { Outbox } from '@vre/events';
import type { Clock } from '@vre/service';
import { AccountError } from '../accounts/account.ts';
import { findAccountByUsername } from '../accounts/account-store.ts';
import * as store from './group-store.ts';

const pathForm = /^(\/[a-zA-Z0-9][a-zA-Z0-9_.-]*){1,8}$/;

/** Groups and who belongs to them (WLCG profile, group syntax). */
export interface Groups {
  list(): Promise<readonly store.Group[]>;
  create(request: {
    readonly path: string;
    readonly description?: string | undefined;
    readonly optional?: boolean | undefined;
  }): Promise<string>;
  remove(id: string): Promise<void>;
  members(id: string): Promise<readonly { username: string; since: Date }[]>;
  join(id: string, username: string): Promise<void>;
  leave(id: string, username: string): Promise<void>;
  of(accountId: string): Promise<readonly store.Membership[]>;
}

export function createGroups(context: {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly clock: Clock;
}): Groups {
  const { database, outbox, clock } = context;
  const known = async (id: string) => {
    const group = await store.findGroup(database.direct, id);
    if (!group) throw new AccountError(404, 'There is no such group.');
    return group;
  };
  const person = async (username: string) => {
    const account = await findAccountByUsername(database.direct, username);
    if (!account) throw new AccountError(404, `There is no account "${username.slice(0, 40)}".`);
    return account;
  };
  const change = async (
    id: string,
    username: string,
    work: (
      db: Parameters<typeof store.deleteMembership>[0],
      path: string,
      accountId: string,
    ) => Promise<void>,
  ) => {
    const [group, account] = [await known(id), await person(username)];
    await database.transaction(async (transaction) => {
      await work(transaction, group.path, account.id);
      await outbox.publish(transaction, [
        { topic: 'account.changed', accountId: account.id, data: { id: account.id, change: 'groups' } },
      ]);
    });
  };
  return {
    list: () => store.listGroups(database.direct),
    create: async ({ path, description = '', optional = false }) => {
      if (!pathForm.test(path) || path.length > 200) {
        throw new AccountError(
          400,
          'A group is written like /experiment/team: letters, digits, "_", "." and "-".',
        );
      }
      const id = await database.transaction((transaction) =>
        store.insertGroups(transaction, { path, description, optional, now: clock.now() }),
      );
      if (id === undefined) throw new AccountError(409, `The group ${path} exists already.`);
      return id;
    },
    remove: async (id) => {
      await known(id);
      if (!(await store.deleteEmptyGroup(database.direct, id))) {
        throw new AccountError(
          409,
          'Only a group without members and without groups below it can be removed.',
        );
      }
    },
    members: async (id) => {
      await known(id);
      return store.listMembers(database.direct, id);
    },
    join: (id, username) =>
      change(id, username, (db, path, accountId) => store.insertMembership(db, path, accountId, clock.now())),
    leave: (id, username) => change(id, username, store.deleteMembership),
    of: (accountId) => store.membershipsOf(database.direct, accountId),
  };
}
