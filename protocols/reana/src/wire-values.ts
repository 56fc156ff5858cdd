/** A size on the wire; `raw` in bytes (or milliseconds for CPU), always an integer. */
export type WireSize = { readonly raw: number; readonly human_readable: string };

const byteUnits = ['Bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** `2.5 GiB`: binary units, two decimals without trailing zeros. */
export function humanReadableBytes(bytes: number): string {
  if (bytes <= 0) return '0 Bytes';
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), byteUnits.length - 1);
  return `${Number((bytes / 1024 ** power).toFixed(2))} ${byteUnits[power]}`;
}

/** `1h 2m 3s`; below a second `0s`. */
export function humanReadableDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'm'],
    [seconds % 60, 's'],
  ] as const;
  const words = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`);
  return words.join(' ') || '0s';
}

/** Bytes as they go over the wire. */
export const wireBytes = (bytes: number): WireSize => ({
  raw: Math.trunc(bytes),
  human_readable: humanReadableBytes(bytes),
});

/** A size that is not known. */
export const unknownSize: WireSize = { raw: -1, human_readable: '' };

/** `2026-01-31T12:00:00`: UTC without a zone, to the second, as clients parse it. */
export const wireTime = (time: Date): string => time.toISOString().slice(0, 19);

/** Reads a time of the wire, which is UTC. */
export const parseWireTime = (text: string): Date =>
  new Date(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
