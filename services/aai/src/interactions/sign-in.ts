import { type Account, AccountError } from '../accounts/account.ts';
import type { Accounts } from '../accounts/account-service.ts';
import type { AttemptKey, AttemptLimiter } from '../login-limits/attempt-limiter.ts';

/** Outcome of a login form. `refused` and `wait` carry what the person may read. */
export type SignIn =
  | { readonly kind: 'signed-in'; readonly account: Account }
  | { readonly kind: 'must-change-password'; readonly account: Account }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'wait'; readonly seconds: number; readonly message: string };

export type SignInLimits = { readonly perAccount: number; readonly perAddress: number };

/** Judges username and password. Unknown user and wrong password get the same answer after the same work. */
export async function signIn(
  context: { readonly accounts: Accounts; readonly limiter: AttemptLimiter; readonly limits: SignInLimits },
  form: { readonly username: string; readonly password: string; readonly address: string },
): Promise<SignIn> {
  const username = form.username.trim().toLowerCase();
  const keys: readonly AttemptKey[] = [
    { kind: 'account', value: username, limit: context.limits.perAccount },
    { kind: 'address', value: form.address, limit: context.limits.perAddress },
  ];
  const seconds = await context.limiter.attempt(keys);
  if (seconds > 0) {
    const minutes = Math.ceil(seconds / 60);
    const message = `Too many attempts. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`;
    return { kind: 'wait', seconds, message };
  }
  let account: Account | undefined;
  try {
    account = await context.accounts.authenticate(username, form.password);
  } catch (error) {
    if (error instanceof AccountError) return { kind: 'refused', message: error.message };
    throw error;
  }
  if (!account) {
    return { kind: 'refused', message: 'Username or password is wrong. Check both and try again.' };
  }
  await context.limiter.succeeded(keys, ['account']);
  if (account.state !== 'active') {
    return { kind: 'refused', message: 'This account is disabled. Ask an administrator to enable it again.' };
  }
  return { kind: account.mustChangePassword ? 'must-change-password' : 'signed-in', account };
}
