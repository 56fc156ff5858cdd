/** Lines that are shown at most; the download has all. */
export const shownLines = 5_000;

/** Escape sequences for colours and cursor movement (ECMA-48), which terminals need and pages do not. */
const escapes = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;

/** The last lines of a log, as a terminal would leave them: a carriage return overwrites its line. */
export function logLines(text: string): { readonly lines: readonly string[]; readonly hidden: number } {
  const all = text.replace(escapes, '').replace(/\r\n/g, '\n').split('\n');
  if (all.at(-1) === '') all.pop();
  const lines = all.slice(-shownLines).map((line) => line.slice(line.lastIndexOf('\r') + 1));
  return { lines, hidden: all.length - lines.length };
}

/** Numbers of the lines that contain the wanted text, in any case. */
export function matchingLines(lines: readonly string[], wanted: string): readonly number[] {
  if (wanted === '') return [];
  const lower = wanted.toLowerCase();
  return lines.flatMap((line, place) => (line.toLowerCase().includes(lower) ? [place] : []));
}
