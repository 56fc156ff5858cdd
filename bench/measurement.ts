/** One figure: what was measured, the limit or peer it is held against, and both in the same unit. */
export type Figure = {
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  /** `at most` a limit, or `at least`. */
  readonly bound: 'at most' | 'at least';
  readonly limit: number;
  /** A peer measured in the same run, when there is one. */
  readonly peer?: { readonly name: string; readonly measured: number };
};

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Value below which the share `q` of the values lies (nearest rank). */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

/** Prints a table: figure, measured, limit, ratio to the limit, ratio to the peer. */
export function printFigures(figures: readonly Figure[]): void {
  const rows = figures.map(({ what, measured, unit, bound, limit, peer }) => [
    what,
    `${round(measured)} ${unit}`,
    `${bound} ${round(limit)}`,
    `${round(measured / limit)} × limit`,
    peer === undefined
      ? ''
      : `${round(measured / peer.measured)} × ${peer.name} (${round(peer.measured)} ${unit})`,
    (bound === 'at most' ? measured <= limit : measured >= limit) ? '' : 'missed',
  ]);
  const widths = [0, 1, 2, 3, 4, 5].map((column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  for (const row of rows) {
    process.stdout.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
  }
}

const round = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
