/** RFC 1123 with the literal zone `UTC`, the only form the Python client turns into a time. */
export function rucioDate(date: Date): string {
  return date.toUTCString().replace('GMT', 'UTC');
}

/** Reads the forms that clients send: RFC 1123, ISO 8601 without zone (UTC), or epoch seconds. */
export function parseRucioDate(text: string): Date | undefined {
  const trimmed = text.trim();
  const date = /^\d+(\.\d+)?$/.test(trimmed)
    ? new Date(Number(trimmed) * 1000)
    : /^\d{4}-\d\d-\d\dT[\d:.]+$/.test(trimmed)
      ? new Date(`${trimmed}Z`)
      : new Date(trimmed.replace(/ UTC$/, ' GMT'));
  return Number.isNaN(date.getTime()) ? undefined : date;
}
