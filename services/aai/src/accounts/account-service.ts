import type { Database, Transaction } from '@vre/database';
import type { Outbox } from '@vre/events';
import type { Clock, Identifiers } from '@vre/service';
import { type Account, AccountError, type AccountId, passwordFault, usernameForm } from './account.ts';
import * as store from './account-store.ts';
import type { PasswordHash } from './password-hash.ts';

export type NewAccount = {
  readonly username: string;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  /** Without one a one-time password is made, to be changed at the first login. */
  readonly password?: string | undefined;
  readonly administrator?: boolean | undefined;
};

/** Everything that happens to accounts, one transaction each, announced in the outbox as `account.changed`. */
export interface Accounts {
  byId(id: string): Promise<Account | undefined>;
  list(page: {
    readonly after: string;
    readonly limit: number;
    readonly search: string;
  }): Promise<readonly Account[]>;
  create(
    request: NewAccount,
  ): Promise<{ readonly account: Account; readonly oneTimePassword: string | undefined }>;
  /** The account whose password this is; `undefined` for an unknown name and a wrong password, after the same time. */
  authenticate(username: string, password: string): Promise<Account | undefined>;
  signedIn(id: AccountId): Promise<void>;
  /** Rejects with the reason when the new password is not acceptable. */
  choosePassword(account: Account, password: string): Promise<void>;
  resetPassword(username: string): Promise<string>;
  changeProfile(
    account: Account,
    profile: { readonly name: string | null; readonly email: string | null },
  ): Promise<void>;
  /** Ends every session, grant and refresh token of the account in the same transaction. */
  disable(username: string): Promise<void>;
  enable(username: string): Promise<void>;
}

export function createAccounts(context: {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly passwords: PasswordHash;
  readonly shortestPassword: number;
  /** Removes what the account has open at the provider. */
  readonly endEverything: (transaction: Transaction, id: AccountId) => Promise<void>;
}): Accounts {
  const { database, outbox, clock, identifiers, passwords } = context;
  const announce = (transaction: Transaction, id: string, change: string) =>
    outbox.publish(transaction, [{ topic: 'account.changed', accountId: id, data: { id, change } }]);
  const named = async (username: string): Promise<Account> => {
    const account = await store.findAccountByUsername(database.direct, username);
    if (!account) throw new AccountError(404, `There is no account "${username.slice(0, 40)}".`);
    return account;
  };
  const acceptable = (password: string, account: { readonly username: string }) => {
    const fault = passwordFault(password, account, context.shortestPassword);
    if (fault !== undefined) throw new AccountError(400, fault);
  };

  return {
    byId: (id) => store.findAccountById(database.direct, id),
    list: (page) => store.listAccounts(database.direct, page),
    create: async (request) => {
      if (!usernameForm.test(request.username)) {
        throw new AccountError(
          400,
          'A username starts with a letter and has 2 to 25 lower-case letters, digits, "-" or "_".',
        );
      }
      const oneTimePassword = request.password === undefined ? identifiers.secret(12) : undefined;
      if (request.password !== undefined) acceptable(request.password, request);
      const id = identifiers.uuid() as AccountId;
      const passwordHash = await passwords.hash(request.password ?? (oneTimePassword as string));
      const account = await database.transaction(async (transaction) => {
        const inserted = await store.insertAccount(transaction, {
          id,
          username: request.username,
          name: request.name ?? null,
          email: request.email ?? null,
          administrator: request.administrator === true,
          passwordHash,
          mustChangePassword: oneTimePassword !== undefined,
          now: clock.now(),
        });
        if (!inserted) {
          throw new AccountError(
            409,
            `The username "${request.username}" is or was taken; choose another one.`,
          );
        }
        await announce(transaction, id, 'created');
        return (await store.findAccountById(transaction, id)) as Account;
      });
      return { account, oneTimePassword };
    },
    authenticate: async (username, password) => {
      const credentials = usernameForm.test(username)
        ? await store.findCredentials(database.direct, username)
        : undefined;
      const matches = await passwords.matches(password, credentials?.passwordHash);
      if (!matches || !credentials) return undefined;
      const { passwordHash: _, ...account } = credentials;
      return account;
    },
    signedIn: (id) => store.recordSignIn(database.direct, id, clock.now()),
    choosePassword: async (account, password) => {
      acceptable(password, account);
      const known = await store.findCredentials(database.direct, account.username);
      if (await passwords.matches(password, known?.passwordHash)) {
        throw new AccountError(400, 'The new password must differ from the present one.');
      }
      const hash = await passwords.hash(password);
      await database.transaction(async (transaction) => {
        await store.updatePassword(transaction, account.id, { hash, mustChange: false }, clock.now());
        await announce(transaction, account.id, 'password');
      });
    },
    resetPassword: async (username) => {
      const account = await named(username);
      const oneTimePassword = identifiers.secret(12);
      const hash = await passwords.hash(oneTimePassword);
      await database.transaction(async (transaction) => {
        await store.updatePassword(transaction, account.id, { hash, mustChange: true }, clock.now());
        await context.endEverything(transaction, account.id);
        await announce(transaction, account.id, 'password');
      });
      return oneTimePassword;
    },
    changeProfile: (account, profile) =>
      database.transaction(async (transaction) => {
        await store.updateProfile(transaction, account.id, profile, clock.now());
        await announce(transaction, account.id, 'profile');
      }),
    disable: async (username) => {
      const account = await named(username);
      await database.transaction(async (transaction) => {
        const administrators = await store.lockActiveAdministrators(transaction);
        if (administrators.length === 1 && administrators[0] === username) {
          throw new AccountError(409, 'The last active administrator cannot be disabled.');
        }
        if (!(await store.updateState(transaction, account.id, 'disabled', clock.now()))) return;
        await context.endEverything(transaction, account.id);
        await announce(transaction, account.id, 'disabled');
      });
    },
    enable: async (username) => {
      const account = await named(username);
      await database.transaction(async (transaction) => {
        if (!(await store.updateState(transaction, account.id, 'active', clock.now()))) return;
        await announce(transaction, account.id, 'enabled');
      });
    },
  };
}
