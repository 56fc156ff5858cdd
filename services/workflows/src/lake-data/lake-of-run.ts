import type { RunLife } from '../execution/run-life.ts';
import { createLakeCalls, type LakeCalls } from './lake-calls.ts';

const renewBeforeMilliseconds = 120_000;

/** The lake as the run's owner may use it; the token is kept until shortly before its end. */
export function lakeOf({ parts, account }: Pick<RunLife, 'parts' | 'account'>): LakeCalls {
  let known: { readonly token: string; readonly expiresAt: Date } | undefined;
  const token = async (): Promise<string> => {
    const now = parts.clock.now().getTime();
    if (known === undefined || known.expiresAt.getTime() - now < renewBeforeMilliseconds) {
      known = await parts.lakeTokens.token(account);
    }
    return known.token;
  };
  return createLakeCalls(parts.http, parts.addresses.internal('data-lake'), token);
}
