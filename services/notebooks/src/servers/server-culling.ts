import type { Server } from './server.ts';
import type { ServerPolicy } from './server-parts.ts';

export type CullingPolicy = Pick<ServerPolicy, 'idleSeconds' | 'warningSeconds' | 'longestLifeSeconds'>;
type Seen = Pick<Server, 'readyAt' | 'lastActivityAt' | 'warnedAt' | 'keepUntil'>;

/** What the culler does with a server now. */
export type CullingDecision = 'leave' | 'warn' | 'stop-idle' | 'stop-old';

const later = (moment: Date, seconds: number) => moment.getTime() + seconds * 1000;

function idleEnd(server: Seen & { readonly readyAt: Date }, policy: CullingPolicy): number {
  const active = Math.max(server.readyAt.getTime(), server.lastActivityAt?.getTime() ?? 0);
  return Math.max(active + policy.idleSeconds * 1000, server.keepUntil?.getTime() ?? 0);
}

/** When a server is stopped unless somebody works in it; null while it is not ready. */
export function stopsAt(server: Seen, policy: CullingPolicy): Date | null {
  const { readyAt } = server;
  if (readyAt === null) return null;
  const idle = idleEnd({ ...server, readyAt }, policy);
  const warned =
    server.warnedAt === null ? idle : Math.max(idle, later(server.warnedAt, policy.warningSeconds));
  return new Date(Math.min(warned, later(readyAt, policy.longestLifeSeconds)));
}

/** Nobody is stopped for idling without a warning that was long enough. */
export function cullingDecision(server: Seen, policy: CullingPolicy, now: Date): CullingDecision {
  const { readyAt, warnedAt } = server;
  if (readyAt === null) return 'leave';
  const at = now.getTime();
  const oldEnd = later(readyAt, policy.longestLifeSeconds);
  if (at >= oldEnd) return 'stop-old';
  const idle = idleEnd({ ...server, readyAt }, policy);
  if (warnedAt === null) {
    return at >= Math.min(idle, oldEnd) - policy.warningSeconds * 1000 ? 'warn' : 'leave';
  }
  return at >= idle && at >= later(warnedAt, policy.warningSeconds) ? 'stop-idle' : 'leave';
}
