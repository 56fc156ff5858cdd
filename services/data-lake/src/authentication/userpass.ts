import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { RucioError } from '@vre/protocol-rucio';
import { readSecretFile } from '@vre/secrets';
import { accountNamed, insertAccount } from '../accounts/account-store.ts';
import { mapIdentity } from '../accounts/identity-store.ts';
import type { Lake } from '../lake.ts';

/** Password identities of the configuration. */
export interface Passwords {
  /** Reads the files, makes missing accounts, maps the identities. */
  start(): Promise<void>;
  /** Resolves when the password is right; else rejects, after the same work for a known and an unknown identity. */
  check(identity: string, password: string, address: string): Promise<void>;
}

const failuresAllowed = 10;
const failureWindow = 60_000;
const watched = 10_000;

export function createPasswords(lake: Lake): Passwords {
  const hashes = new Map<string, string>();
  // A right password is recognised again by its HMAC under a key of this process: argon2 once, not at every request.
  const key = randomBytes(32);
  const recognised = new Map<string, Buffer>();
  const failures = new Map<string, { count: number; readonly until: number }>();
  const fingerprint = (identity: string, password: string) =>
    createHmac('sha256', key).update(`${identity.length}:${identity}:${password}`).digest();
  let decoy: Promise<string> | undefined;

  function countFailure(address: string): void {
    const now = lake.clock.now().getTime();
    const found = failures.get(address);
    if (failures.size >= watched) failures.clear();
    if (found && found.until > now) found.count++;
    else failures.set(address, { count: 1, until: now + failureWindow });
  }
  function requireFewFailures(address: string): void {
    const found = failures.get(address);
    if (found && found.until > lake.clock.now().getTime() && found.count >= failuresAllowed)
      throw new RucioError(
        'CannotAuthenticate',
        'Too many failed sign-ins from this address: try again in a minute',
        {
          statusCode: 429,
        },
      );
  }

  return {
    start: async () => {
      for (const entry of lake.config.userpass) {
        hashes.set(entry.identity, await hash(await readSecretFile(entry['password-file'])));
        const now = lake.clock.now();
        const q = lake.database.direct;
        await insertAccount(q, { name: entry.account, type: 'SERVICE', email: null }, now);
        const account = await accountNamed(q, entry.account);
        await mapIdentity(
          q,
          { name: entry.identity, type: 'USERPASS', email: null, passwordHash: null },
          account.id,
          true,
          now,
        );
      }
    },
    check: async (identity, password, address) => {
      requireFewFailures(address);
      const print = fingerprint(identity, password);
      const before = recognised.get(identity);
      if (before && timingSafeEqual(before, print)) return;
      decoy ??= hash(randomBytes(16).toString('hex'));
      const expected = hashes.get(identity);
      const right = await verify(expected ?? (await decoy), password);
      if (right && expected !== undefined) {
        recognised.set(identity, print);
        return;
      }
      countFailure(address);
      throw new RucioError('CannotAuthenticate', 'Cannot authenticate with given credentials');
    },
  };
}
