import type { TokenKeeper } from '@vre/identity';
import { HubError, type ProgressEvent } from '@vre/protocol-jupyterhub';
import type { Account } from '../accounts/account.ts';
import { profileNamed } from '../profiles/cards.ts';
import type { Server } from './server.ts';
import { serverChanged } from './server-events.ts';
import { jobsIn } from './server-jobs.ts';
import type { ServerParts } from './server-parts.ts';
import { serverProgress } from './server-progress.ts';
import {
  countRunning,
  findServer,
  keepServer,
  markRemoved,
  recordAccountActivity,
  recordServerActivity,
  requestStart,
  requestStop,
  serversOf,
} from './server-store.ts';

/** Of one person, with those that do not run: each is a row with its own story. */
const serversAtMost = 100;

/** Servers as routes use them. Every change is told in the outbox, topic `server.changed`. */
export interface Servers {
  /**
   * Asks for a start; daemons do the rest. @throws HubError 400 when it runs or is about to, 409 when the person has to
   * sign in to the hub first, 429 when they have as many servers as they may.
   */
  start(
    account: Account,
    name: string,
    wanted: { readonly profile?: string; readonly options?: Readonly<Record<string, unknown>> },
  ): Promise<Server>;
  /** Asks for the end, in any phase; `undefined` when there is no such server, unchanged when it does not run. */
  stop(account: Account, name: string): Promise<Server | undefined>;
  /** Stops a named server and forgets it. @throws HubError 400 for the default server, 404 */
  remove(account: Account, name: string): Promise<void>;
  /** @throws HubError 400 when a server is not known; then nothing is recorded. */
  recordActivity(
    account: Account,
    activity: { readonly lastActivity?: Date; readonly servers: Readonly<Record<string, Date>> },
  ): Promise<void>;
  /** Keeps the culler away until then, at most to the end of the longest life. @throws HubError 404 */
  keepAlive(account: Account, name: string, until: Date): Promise<void>;
  /** Replays what was told of the start, then tells live; ends with ready or failed. */
  progress(server: Server, accountName: string): AsyncIterable<ProgressEvent>;
  /** Last lines of the log of the current or last start. */
  log(server: Server): Promise<readonly string[]>;
}

export function createServers(
  parts: Pick<
    ServerParts,
    | 'database'
    | 'outbox'
    | 'wakeups'
    | 'clock'
    | 'identifiers'
    | 'addresses'
    | 'environments'
    | 'policy'
    | 'backends'
    | 'local'
  > & { readonly keeper: Pick<TokenKeeper, 'has'> },
): Servers {
  const { database, outbox, wakeups, clock, policy } = parts;

  async function stopOne(account: Account, name: string, remove: boolean): Promise<Server | undefined> {
    return database.transaction(async (transaction) => {
      const server = await findServer(transaction, account.id, name);
      if (server === undefined) return undefined;
      const [stopping] = await requestStop(transaction, [server.id], { remove, notice: null });
      if (stopping !== undefined) {
        await outbox.publish(transaction, [
          serverChanged(account.subject, stopping.server, 100, 'The server is being stopped.'),
        ]);
      } else if (remove) {
        await markRemoved(transaction, server.id);
        await outbox.publish(transaction, [
          serverChanged(account.subject, server, 100, 'The server was removed.'),
        ]);
      }
      await wakeups.wake(transaction);
      return stopping?.server ?? server;
    });
  }

  return {
    start: async (account, name, wanted) => {
      const before = await findServer(database.direct, account.id, name);
      const profile = profileNamed(parts.environments, wanted.profile ?? before?.profile);
      if (!(await parts.keeper.has(account))) {
        throw new HubError(
          409,
          `The hub may not act for you yet, so a server could not reach your data: open ${parts.addresses.notebooks}/hub/login once, sign in, and start it again.`,
        );
      }
      return database.transaction(async (transaction) => {
        const running = await countRunning(transaction, account.id);
        const now = clock.now();
        const message = `Asked for a server with ${profile.title}`;
        const server = await requestStart(transaction, {
          id: parts.identifiers.uuid(),
          accountId: account.id,
          name,
          profile: profile.name,
          options: wanted.options ?? before?.options ?? {},
          line: { at: now.toISOString(), percent: 0, message },
          now,
        });
        const called = name === '' ? 'Your server' : `Your server "${name}"`;
        if (server === undefined) {
          throw new HubError(
            400,
            `${called} is running, or being started or stopped: there is nothing to start.`,
          );
        }
        if (running >= policy.serversAtOnce) {
          throw new HubError(
            429,
            `You have ${running} servers running, and ${policy.serversAtOnce} are allowed at the same time: stop one first.`,
            { retryAfter: 30 },
          );
        }
        const all = await serversOf(transaction, [account.id]);
        if (all.length > serversAtMost) {
          throw new HubError(
            429,
            `You have ${all.length - 1} servers, running or not: remove one that you do not use any more.`,
          );
        }
        await outbox.publish(transaction, [serverChanged(account.subject, server, 0, message)]);
        await wakeups.wake(transaction);
        return server;
      });
    },
    stop: (account, name) => stopOne(account, name, false),
    remove: async (account, name) => {
      if (name === '') throw new HubError(400, 'The default server can be stopped, not removed.');
      if ((await stopOne(account, name, true)) === undefined) {
        throw new HubError(404, `You have no server "${name}".`);
      }
    },
    recordActivity: (account, { lastActivity, servers }) =>
      database.transaction(async (transaction) => {
        const names = Object.keys(servers);
        const known = new Set((await serversOf(transaction, [account.id])).map(({ name }) => name));
        const unknown = names.filter((name) => !known.has(name));
        if (unknown.length > 0) {
          throw new HubError(
            400,
            `No such server of ${account.name}: ${unknown.map((name) => `"${name}"`).join(', ')}.`,
          );
        }
        const told = Object.entries(servers).map(([name, at]) => ({ name, at }));
        await recordServerActivity(transaction, account.id, told);
        const latest = Math.max(...[...told.map(({ at }) => at), lastActivity ?? new Date(0)].map(Number));
        if (latest > 0) await recordAccountActivity(transaction, account.id, new Date(latest));
      }),
    keepAlive: (account, name, until) =>
      database.transaction(async (transaction) => {
        const server = await findServer(transaction, account.id, name);
        const kept = server && (await keepServer(transaction, server.id, until, policy.longestLifeSeconds));
        if (!kept) throw new HubError(404, `You have no running server "${name}".`);
        await outbox.publish(transaction, [
          serverChanged(
            account.subject,
            kept,
            100,
            `The server is kept until ${kept.keepUntil?.toISOString() ?? 'its end'}.`,
          ),
        ]);
      }),
    progress: (server, accountName) => serverProgress(parts, server, accountName),
    log: async (server) =>
      server.directory === null ? server.failureLog : jobsIn(parts, server.directory, server.job).log(),
  };
}
