import { hash, verify } from '@node-rs/argon2';
import { AccountError } from './account.ts';

/** Argon2id with the library's (OWASP) parameters: 19 MiB, two passes; about 25 ms of one core. */
export interface PasswordHash {
  hash(password: string): Promise<string>;
  /** Without a stored hash it works just as long and says no: an unknown user is not faster than a wrong password. */
  matches(password: string, stored: string | undefined): Promise<boolean>;
}

/**
 * At most `concurrent` hashes at once and `waiting` behind them, so that a flood of logins neither takes the memory
 * nor starves the rest of the process; beyond that callers get 503.
 */
export function createPasswordHash(concurrent = 2, waiting = 64): PasswordHash {
  let running = 0;
  const queue: (() => void)[] = [];
  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= concurrent) {
      if (queue.length >= waiting) {
        throw new AccountError(
          503,
          'Too many people are signing in at this moment; try again in a few seconds.',
        );
      }
      await new Promise<void>((resolve) => queue.push(resolve));
    } else {
      running++;
    }
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else running--;
    }
  }
  let decoy: Promise<string> | undefined;
  return {
    hash: (password) => inTurn(() => hash(password)),
    matches: async (password, stored) => {
      decoy ??= hash('nobody has this password');
      const against = stored ?? (await decoy);
      const same = await inTurn(() => verify(against, password));
      return same && stored !== undefined;
    },
  };
}
