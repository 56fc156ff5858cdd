import { formatDuration } from './duration.ts';

/** `in 2 d 3 h`, `in 59 min 12 s`, `now`: how long it is until a moment, at most two units. */
export function formatRemaining(until: Date, now: Date): string {
  const seconds = Math.ceil((until.getTime() - now.getTime()) / 1000);
  return seconds > 0 ? `in ${formatDuration(seconds)}` : 'now';
}
