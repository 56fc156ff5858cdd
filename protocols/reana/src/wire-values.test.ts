import { expect, it } from 'vitest';
import { parseCpuQuantity, parseMemoryQuantity } from './resource-quantity.ts';
import { runMoves, runStatuses, statesBefore } from './run-status.ts';
import { unifiedDiff } from './unified-diff.ts';
import { humanReadableBytes, humanReadableDuration, parseWireTime, wireTime } from './wire-values.ts';

it.each([
  [0, '0 Bytes'],
  [1023, '1023 Bytes'],
  [1536, '1.5 KiB'],
  [2.5 * 2 ** 30, '2.5 GiB'],
])('%d bytes are %s', (bytes, text) => expect(humanReadableBytes(bytes)).toBe(text));

it.each([
  [999, '0s'],
  [61_000, '1m 1s'],
  [3_723_000, '1h 2m 3s'],
])('%d ms are %s', (milliseconds, text) => expect(humanReadableDuration(milliseconds)).toBe(text));

it.each([
  ['512Mi', 512 * 2 ** 20],
  ['1.5G', 1.5e9],
  ['100', 100],
  ['lots', undefined],
  ['1.5X', undefined],
])('memory %s', (text, bytes) => expect(parseMemoryQuantity(text)).toBe(bytes));

it('cores', () =>
  expect([parseCpuQuantity('500m'), parseCpuQuantity('2'), parseCpuQuantity('x')]).toEqual([
    0.5,
    2,
    undefined,
  ]));

it('reads the times that it writes', () => {
  const time = new Date('2026-01-31T12:30:00Z');
  expect(wireTime(time)).toBe('2026-01-31T12:30:00');
  expect(parseWireTime(wireTime(time))).toEqual(time);
});

it('ends in deleted from every state but running', () => {
  for (const from of runStatuses) {
    expect(runMoves[from].includes('deleted')).toBe(!['running', 'deleted'].includes(from));
  }
  expect(statesBefore('finished')).toEqual(['running']);
});

it('shows what differs in unified form', () => {
  const lines = (text: string) => text.split(' ');
  const diff = unifiedDiff(lines('a b c d e'), lines('a b x d e f'), { from: 'l', to: 'r', context: 1 });
  expect(diff).toEqual(['--- l', '+++ r', '@@ -2,4 +2,5 @@', ' b', '-c', '+x', ' d', ' e', '+f']);
  expect(unifiedDiff(['a'], ['a'], { from: 'l', to: 'r', context: 3 })).toEqual([]);
});
