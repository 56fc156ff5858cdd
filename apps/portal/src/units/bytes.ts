const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;

/** A size in SI units with three significant digits: `1.21 GB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return bytes > 0 ? 'unlimited' : 'unknown';
  let scaled = Math.abs(bytes);
  let unit = 0;
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  const digits = unit === 0 ? String(scaled) : scaled.toPrecision(3);
  return `${bytes < 0 ? '−' : ''}${digits} ${units[unit]}`;
}
