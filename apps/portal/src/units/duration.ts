const steps = [
  { seconds: 86_400, word: 'd' },
  { seconds: 3_600, word: 'h' },
  { seconds: 60, word: 'min' },
  { seconds: 1, word: 's' },
] as const;

/** A duration in words, at most two units: `1 h 12 min`, `34 s`, `0.4 s`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '–';
  if (seconds < 10 && !Number.isInteger(seconds)) return `${seconds.toFixed(1)} s`;
  let rest = Math.round(seconds);
  const parts: string[] = [];
  for (const { seconds: size, word } of steps) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${word}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ') || '0 s';
}

/** Seconds between two moments; an open end is `now`. */
export const secondsBetween = (start: Date, end: Date | undefined, now: Date): number =>
  Math.max(0, ((end ?? now).getTime() - start.getTime()) / 1000);
