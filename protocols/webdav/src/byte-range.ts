/** First and last byte, both included. */
export type ParsedRange = { readonly start: number; readonly end: number };

/**
 * Reads a `Range` header for a file of `bytes` (RFC 9110 §14.2). `whole` when there is no range, several, or one in
 * another unit or form, which a server may ignore; `unsatisfiable` when it lies outside the file.
 */
export function parseByteRange(
  header: string | undefined,
  bytes: number,
): ParsedRange | 'whole' | 'unsatisfiable' {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec((header ?? '').replaceAll(' ', ''));
  const [first, last] = [match?.[1] ?? '', match?.[2] ?? ''];
  if (first === '' && last === '') return 'whole';
  if (first === '') {
    const suffix = Number(last);
    if (suffix === 0 || bytes === 0) return 'unsatisfiable';
    return { start: Math.max(0, bytes - suffix), end: bytes - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return 'whole';
  if (start >= bytes) return 'unsatisfiable';
  return { start, end: last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1) };
}
