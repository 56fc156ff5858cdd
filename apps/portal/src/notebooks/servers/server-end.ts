import { formatDuration } from '../../units/duration.ts';

/** Below this a person should hear about it without looking for it. */
const soonSeconds = 15 * 60;

/** When an unused server is stopped, in words; `soon` when it is time to do something. */
export type ServerEnd = { readonly words: string; readonly soon: boolean };

/** `Stops in 3 h 20 min unless somebody works in it`; seconds are left out, whole minutes are enough. */
export function serverEnd(stopsAt: Date | undefined, now: Date): ServerEnd | undefined {
  if (stopsAt === undefined) return undefined;
  const seconds = (stopsAt.getTime() - now.getTime()) / 1000;
  const left = seconds < 60 ? 'less than a minute' : formatDuration(Math.floor(seconds / 60) * 60);
  return { words: `Stops in ${left} unless somebody works in it`, soon: seconds < soonSeconds };
}

export const keepHours = 12;

/** Until when "keep" keeps a server: never earlier than it would run anyway. */
export const keptUntil = (stopsAt: Date | undefined, now: Date): Date =>
  new Date(Math.max(stopsAt?.getTime() ?? 0, now.getTime()) + keepHours * 3_600_000);
