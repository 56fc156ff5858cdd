import { readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from '@vre/database';
import { readSecretFile, writeSecretFile } from '@vre/secrets';
import type { ServiceContext } from '@vre/service';
import type { Account, AccountId } from './account.ts';
import { anyAccount, insertAccount } from './account-store.ts';
import type { PasswordHash } from './password-hash.ts';

/** How the first person gets in. */
export type FirstAdministrator = { readonly username: string; readonly oneTimePassword: string };

const fileName = 'first-administrator.json';
const lock = 8_201_601;

/**
 * Makes the administrator when there is no account at all; safe when several processes start at once. Without a
 * password file the one-time password is written to a 0600 file of the data directory before the account is
 * committed, so that no crash can lose it.
 */
export async function ensureFirstAdministrator(
  context: Pick<ServiceContext, 'database' | 'clock' | 'identifiers' | 'dataDirectory' | 'log'>,
  passwords: PasswordHash,
  wanted: { readonly username: string; readonly passwordFile: string | undefined },
): Promise<void> {
  await context.database.transaction(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${lock})`.execute(transaction);
    if (await anyAccount(transaction)) return;
    const chosen = wanted.passwordFile === undefined ? undefined : await readSecretFile(wanted.passwordFile);
    if (chosen === '')
      throw new Error(`${wanted.passwordFile} is empty: write the administrator's password into it`);
    const password = chosen ?? context.identifiers.secret(12);
    if (chosen === undefined) {
      const path = join(context.dataDirectory, fileName);
      // A leftover of a start that failed before its commit belongs to nobody.
      await unlink(path).catch(() => undefined);
      const first: FirstAdministrator = { username: wanted.username, oneTimePassword: password };
      await writeSecretFile(path, JSON.stringify(first));
      context.log.warn({ file: path }, 'made the first administrator; the file holds the one-time password');
    }
    await insertAccount(transaction, {
      id: context.identifiers.uuid() as AccountId,
      username: wanted.username,
      name: 'Administrator',
      email: null,
      administrator: true,
      passwordHash: await passwords.hash(password),
      mustChangePassword: chosen === undefined,
      now: context.clock.now(),
    });
  });
}

/** Hands the one-time password out and forgets it; `undefined` when there is none any more. */
export async function takeFirstAdministrator(dataDirectory: string): Promise<FirstAdministrator | undefined> {
  const path = join(dataDirectory, fileName);
  try {
    const first = JSON.parse(await readFile(path, 'utf8')) as FirstAdministrator;
    await unlink(path);
    return first;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The password was changed: the file is of no use any more. */
export async function forgetFirstAdministrator(dataDirectory: string, account: Account): Promise<void> {
  if (account.administrator) await unlink(join(dataDirectory, fileName)).catch(() => undefined);
}
