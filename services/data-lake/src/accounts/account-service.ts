import { type Queryable, sql } from '@vre/database';
import { isValid, RucioError, requireName } from '@vre/protocol-rucio';
import type { Lake } from '../lake.ts';
import { insertScope } from '../scopes/scope-store.ts';
import { type Account, accountNamed, insertAccount } from './account-store.ts';
import { mapIdentity, oidcIdentity } from './identity-store.ts';
import { giveDefaultQuota } from './limit-store.ts';

export const accountTypes = ['USER', 'GROUP', 'SERVICE'] as const;
export const accountStatuses = ['ACTIVE', 'SUSPENDED', 'DELETED'] as const;

/** The word in upper case if it is one of `words`; else InvalidAccountType or ValueError. */
export function wordOf<W extends string>(words: readonly W[], text: string, what: 'type' | 'status'): W {
  const found = words.find((word) => word === text.toUpperCase());
  if (found !== undefined) return found;
  throw new RucioError(
    what === 'type' ? 'InvalidAccountType' : 'ValueError',
    `An account's ${what} is one of ${words.join(', ')}, not ${text.slice(0, 50)}`,
  );
}

/** Adds an account; an account of a person gets the scope `user.<name>` and the default quota. */
export async function addAccount(
  lake: Lake,
  q: Queryable,
  account: { readonly name: string; readonly type: Account['type']; readonly email: string | null },
): Promise<number> {
  requireName('account', account.name);
  const now = lake.clock.now();
  const id = await insertAccount(q, account, now);
  if (id === undefined) throw new RucioError('Duplicate', `Account ${account.name} exists already`);
  if (account.type === 'USER') {
    const scope = `user.${account.name}`;
    if (isValid('scope', scope)) await insertScope(q, scope, id, now);
    await giveDefaultQuota(q, lake.config['default-quota'], { accountId: id });
  }
  return id;
}

/**
 * The account of a person who came with a valid token for the first time: made with scope and quota, or, when the
 * name is taken, refused. Safe when several requests of the person arrive at once.
 */
export async function provisionPerson(
  lake: Lake,
  person: {
    readonly issuer: string;
    readonly subject: string;
    readonly username: string;
    readonly email: string | null;
  },
): Promise<void> {
  if (!isValid('account', person.username))
    throw new RucioError(
      'UnsupportedAccountName',
      `The user name ${person.username.slice(0, 100)} can not be an account name: at most 25 lower-case letters, digits, - and _ are allowed`,
    );
  const identity = oidcIdentity(person.subject, person.issuer);
  await lake.database.transaction(async (transaction) => {
    // One provisioning of an identity at a time; the second finds the work done.
    await sql`select pg_advisory_xact_lock(hashtextextended(${identity}, 820))`.execute(transaction);
    const { rows } = await sql`
      select 1 from lake.identity i join lake.account_identity ai on ai.identity_id = i.id
      where i.name = ${identity} and i.type = 'OIDC'`.execute(transaction);
    if (rows.length > 0) return;
    const now = lake.clock.now();
    const taken = await accountNamed(transaction, person.username).catch(() => undefined);
    if (taken)
      throw new RucioError(
        'CannotAuthenticate',
        `The account ${person.username} belongs to another identity: ask an administrator to map ${identity} to an account`,
      );
    const id = await addAccount(lake, transaction, {
      name: person.username,
      type: 'USER',
      email: person.email,
    });
    await mapIdentity(
      transaction,
      { name: identity, type: 'OIDC', email: person.email, passwordHash: null },
      id,
      true,
      now,
    );
  });
}
