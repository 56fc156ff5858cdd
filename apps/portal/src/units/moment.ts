const zoned = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

const spans = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** The moment in the viewer's zone. */
export const formatMoment = (moment: Date): string => zoned.format(moment);

/** The same moment in UTC, for the hover text. */
export const formatUtc = (moment: Date): string =>
  `${moment.toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** `3 minutes ago`, `in 2 days`, `just now`. */
export function formatRelative(moment: Date, now: Date): string {
  const seconds = (moment.getTime() - now.getTime()) / 1000;
  for (const [unit, size] of spans) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return Math.abs(seconds) < 10 ? 'just now' : relative.format(Math.trunc(seconds), 'second');
}

/**
 * Reads the moments that the services send: RFC 1123 (lake), ISO 8601, and ISO without a zone, which is UTC
 * (workflows). Anything else is undefined.
 */
export function parseMoment(value: string | number | Date | null | undefined): Date | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (value instanceof Date) return value;
  if (typeof value === 'number') return new Date(value * 1000);
  const naive = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?$/.test(value);
  const moment = new Date(naive ? `${value.replace(' ', 'T')}Z` : value);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}
