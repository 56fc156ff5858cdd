import { describe, expect, it } from 'vitest';
import { formatBytes } from './bytes.ts';
import { plural } from './count.ts';
import { formatDuration } from './duration.ts';
import { formatRelative, formatUtc, parseMoment } from './moment.ts';
import { formatRemaining } from './remaining.ts';

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [1_210_000_000, '1.21 GB'],
    [Number.POSITIVE_INFINITY, 'unlimited'],
  ])('%d is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe('durations', () => {
  it.each([
    [0, '0 s'],
    [0.42, '0.4 s'],
    [61, '1 min 1 s'],
    [3600, '1 h'],
    [3605, '1 h'],
    [90_061, '1 d 1 h'],
    [-1, '–'],
  ])('%d seconds are %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));
});

describe('moments', () => {
  it('reads a moment without zone as UTC', () =>
    expect(parseMoment('2026-11-22T10:00:00')?.toISOString()).toBe('2026-11-22T10:00:00.000Z'));
  it('reads the RFC 1123 form with the literal zone UTC', () =>
    expect(parseMoment('Sat, 21 Nov 2026 23:52:00 UTC')?.toISOString()).toBe('2026-11-21T23:52:00.000Z'));
  it('has no moment for nonsense', () => expect(parseMoment('soon')).toBeUndefined());
  it('shows UTC', () =>
    expect(formatUtc(new Date('2026-11-22T10:00:01.5Z'))).toBe('2026-11-22 10:00:01 UTC'));
  it('tells the distance', () =>
    expect(formatRelative(new Date('2026-11-22T10:00:00Z'), new Date('2026-11-22T12:30:00Z'))).toBe(
      '2 hours ago',
    ));
});

it.each([
  ['2026-11-24T12:00:00Z', 'in 2 d 2 h'],
  ['2026-11-22T10:59:59.2Z', 'in 1 h'],
  ['2026-11-22T10:01:30Z', 'in 1 min 30 s'],
  ['2026-11-22T10:00:00.1Z', 'in 1 s'],
  ['2026-11-22T10:00:00Z', 'now'],
  ['2026-11-22T09:00:00Z', 'now'],
])('until %s it is %s', (until, text) =>
  expect(formatRemaining(new Date(until), new Date('2026-11-22T10:00:00Z'))).toBe(text),
);

it('counts things', () => {
  expect(plural(1, 'file')).toBe('1 file');
  expect(plural(1204, 'file')).toBe('1,204 files');
  expect(plural(2, 'copy', 'copies')).toBe('2 copies');
});
