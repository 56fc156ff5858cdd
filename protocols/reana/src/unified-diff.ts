/** Above so many compared lines the whole is shown as replaced, instead of looking for the shortest way. */
const mostCells = 4_000_000;

type Edit = { readonly kind: ' ' | '-' | '+'; readonly line: string };

/** Lines of a unified diff with headers; empty when nothing differs. `context` = equal lines shown around. */
export function unifiedDiff(
  a: readonly string[],
  b: readonly string[],
  options: { readonly from: string; readonly to: string; readonly context: number },
): readonly string[] {
  const edits = editsBetween(a, b);
  const changed = edits.flatMap(({ kind }, index) => (kind === ' ' ? [] : [index]));
  if (changed.length === 0) return [];
  const hunks: [number, number][] = [];
  for (const index of changed) {
    const from = Math.max(index - options.context, 0);
    const to = Math.min(index + options.context + 1, edits.length);
    const last = hunks.at(-1);
    if (last && from <= last[1]) last[1] = to;
    else hunks.push([from, to]);
  }
  const out = [`--- ${options.from}`, `+++ ${options.to}`];
  for (const [from, to] of hunks) {
    const before = edits.slice(0, from);
    const hunk = edits.slice(from, to);
    const range = (without: '+' | '-') => {
      const start = before.filter(({ kind }) => kind !== without).length;
      const length = hunk.filter(({ kind }) => kind !== without).length;
      return `${length === 0 ? start : start + 1},${length}`;
    };
    out.push(`@@ -${range('+')} +${range('-')} @@`, ...hunk.map(({ kind, line }) => kind + line));
  }
  return out;
}

/** A shortest way from `a` to `b` by their longest common subsequence; equal beginnings and ends are cut off first. */
function editsBetween(a: readonly string[], b: readonly string[]): readonly Edit[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end])
    end++;
  const same = (line: string): Edit => ({ kind: ' ', line });
  return [
    ...a.slice(0, start).map(same),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(same),
  ];
}

function middle(a: readonly string[], b: readonly string[]): readonly Edit[] {
  const width = b.length + 1;
  if (a.length * b.length > mostCells) {
    return [...a.map((line): Edit => ({ kind: '-', line })), ...b.map((line): Edit => ({ kind: '+', line }))];
  }
  const common = new Uint32Array((a.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = a.length - 1; row >= 0; row--) {
    for (let column = b.length - 1; column >= 0; column--) {
      common[row * width + column] =
        a[row] === b[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const edits: Edit[] = [];
  let row = 0;
  let column = 0;
  while (row < a.length || column < b.length) {
    if (row < a.length && column < b.length && a[row] === b[column]) {
      edits.push({ kind: ' ', line: a[row] as string });
      row++;
      column++;
    } else if (column >= b.length || (row < a.length && at(row + 1, column) >= at(row, column + 1))) {
      edits.push({ kind: '-', line: a[row++] as string });
    } else edits.push({ kind: '+', line: b[column++] as string });
  }
  return edits;
}
