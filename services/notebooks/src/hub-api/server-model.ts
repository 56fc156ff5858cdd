import type { ServerModel } from '@vre/protocol-jupyterhub';
import type { Account } from '../accounts/account.ts';
import { type Server, type ServerState, serverPrefix } from '../servers/server.ts';

/** Seconds that decide when a server is stopped without being asked, and the bytes that a home may hold. */
export type ServerTimes = {
  readonly idleSeconds: number;
  readonly longestSeconds: number;
  readonly homeBytes: number;
};

const pendingOf: Readonly<Record<ServerState, 'spawn' | 'stop' | null>> = {
  requested: 'spawn',
  preparing: 'spawn',
  starting: 'spawn',
  ready: null,
  stopping: 'stop',
  stopped: null,
  failed: null,
};

/** True while something of the server runs, or is about to. */
export const isActive = ({ state }: Pick<Server, 'state'>): boolean =>
  state !== 'stopped' && state !== 'failed';

export const isStarting = ({ state }: Pick<Server, 'state'>): boolean => pendingOf[state] === 'spawn';

export const pendingActionOf = ({ state }: Pick<Server, 'state'>) => pendingOf[state];

const stoppedMessage = 'The server was stopped. Files in your home are kept.';

/** Path of a server's progress below the hub's host. */
export const progressPath = (user: string, server: string): string =>
  server === ''
    ? `/hub/api/users/${encodeURIComponent(user)}/server/progress`
    : `/hub/api/users/${encodeURIComponent(user)}/servers/${encodeURIComponent(server)}/progress`;

/** A server as the REST API shows it; `hub` is the hub's public address. */
export function serverModelOf(
  server: Server,
  account: Pick<Account, 'name'>,
  hub: string,
  times: ServerTimes,
): ServerModel {
  const url = serverPrefix(account.name, server.name);
  const progressUrl = progressPath(account.name, server.name);
  const last = server.progress.at(-1);
  return {
    name: server.name,
    display_name: server.displayName,
    full_name: `${account.name}/${server.name}`,
    last_activity: (server.lastActivityAt ?? server.readyAt)?.toISOString() ?? null,
    started: isActive(server) ? ((server.readyAt ?? server.requestedAt)?.toISOString() ?? null) : null,
    pending: pendingOf[server.state],
    ready: server.state === 'ready',
    stopped: !isActive(server),
    url,
    full_url: hub + url,
    user_options: { ...server.options, ...(server.profile === '' ? {} : { profile: server.profile }) },
    progress_url: progressUrl,
    full_progress_url: hub + progressUrl,
    vre: {
      state: server.state,
      profile: server.profile,
      message:
        server.failure ??
        server.notice ??
        (server.state === 'stopped' ? stoppedMessage : last?.message) ??
        '',
      percent: server.state === 'ready' ? 100 : (last?.percent ?? 0),
      log: [...server.failureLog],
      stops_at: stopsAt(server, times)?.toISOString() ?? null,
      tokens_expire_at: server.tokensExpireAt?.toISOString() ?? null,
      isolation: server.isolation,
      disk:
        server.homeBytes === null
          ? null
          : { used_bytes: Number(server.homeBytes), limit_bytes: times.homeBytes },
    },
  };
}

/** When a ready server ends unless somebody works in it: idle for too long, later if asked, never after its life. */
export function stopsAt(server: Server, times: ServerTimes): Date | undefined {
  if (server.state !== 'ready' || server.readyAt === null) return undefined;
  const lastUse = Math.max(server.readyAt.getTime(), server.lastActivityAt?.getTime() ?? 0);
  const idle = Math.max(lastUse + times.idleSeconds * 1000, server.keepUntil?.getTime() ?? 0);
  return new Date(Math.min(idle, server.readyAt.getTime() + times.longestSeconds * 1000));
}
