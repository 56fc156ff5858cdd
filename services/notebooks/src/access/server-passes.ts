import type { ServiceContext } from '@vre/service';
import { newTokenValue } from '../tokens/token-service.ts';
import { findToken, insertToken } from '../tokens/token-store.ts';
import type { Caller } from './caller.ts';

/** Tokens that a server gets to see in place of what a program showed to the hub: good for this server alone. */
export interface ServerPasses {
  /** `key` stands for the credential that the caller showed. */
  of(key: string, caller: Caller, server: PassedServer): Promise<string>;
}

type PassedServer = {
  readonly id: string;
  /** Another start, another pass: those of the one before were revoked when it ended. */
  readonly startNumber: number;
  readonly accountName: string;
  readonly name: string;
};

const lifeMilliseconds = 15 * 60_000;
/** A pass is replaced well before its end: who got it a moment ago may still be using it. */
const usedMilliseconds = 5 * 60_000;
/** A server that stops loses its passes: whether one still counts is looked up this often. */
const checkedMilliseconds = 10_000;
const keptAtMost = 5000;

type Pass = { readonly value: string; readonly usedUntil: number; checkedUntil: number };

export function createServerPasses(context: Pick<ServiceContext, 'database' | 'clock'>): ServerPasses {
  const { database, clock } = context;
  const passes = new Map<string, Promise<Pass>>();

  async function issue(caller: Caller, server: PassedServer): Promise<Pass> {
    const now = clock.now();
    const value = newTokenValue();
    await insertToken(database.direct, {
      value,
      kind: 'oauth',
      accountId: caller.account.id,
      serverId: server.id,
      sessionId: null,
      oauthClient: '',
      note: `Program in the server ${server.accountName}/${server.name}`,
      scopes: [
        `access:servers!server=${server.accountName}/${server.name}`,
        'read:users:name!user',
        'read:users:groups!user',
      ],
      createdAt: now,
      expiresAt: new Date(now.getTime() + lifeMilliseconds),
    });
    return {
      value,
      usedUntil: now.getTime() + usedMilliseconds,
      checkedUntil: now.getTime() + checkedMilliseconds,
    };
  }

  async function counts(pass: Pass): Promise<boolean> {
    const now = clock.now();
    if (pass.usedUntil <= now.getTime()) return false;
    if (pass.checkedUntil > now.getTime()) return true;
    if (!(await findToken(database.direct, pass.value, now))) return false;
    pass.checkedUntil = now.getTime() + checkedMilliseconds;
    return true;
  }

  return {
    of: async (key, caller, server) => {
      const place = `${key} ${server.id} ${server.startNumber}`;
      const known = passes.get(place);
      const pass = await known?.catch(() => undefined);
      if (pass && (await counts(pass))) return pass.value;
      // Somebody else may have begun while this one was looked up.
      const meanwhile = passes.get(place);
      if (meanwhile !== undefined && meanwhile !== known) return (await meanwhile).value;
      const issued = issue(caller, server);
      if (passes.size >= keptAtMost) passes.clear();
      passes.set(place, issued);
      issued.catch(() => passes.delete(place));
      return (await issued).value;
    },
  };
}
