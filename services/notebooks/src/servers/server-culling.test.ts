import { expect, it } from 'vitest';
import { cullingDecision, stopsAt } from './server-culling.ts';

const policy = { idleSeconds: 3600, warningSeconds: 600, longestLifeSeconds: 86_400 };
const start = new Date('2026-01-01T00:00:00Z');
const after = (seconds: number) => new Date(start.getTime() + seconds * 1000);
const server = { readyAt: start, lastActivityAt: null, warnedAt: null, keepUntil: null };

it.each([
  ['a fresh one is left alone', {}, 10, 'leave'],
  ['warns before the idle time is over', {}, 3000, 'warn'],
  ['activity puts the warning off', { lastActivityAt: after(2000) }, 3000, 'leave'],
  ['is stopped only when the warning was long enough', { warnedAt: after(3500) }, 3700, 'leave'],
  ['then it is stopped', { warnedAt: after(3500) }, 4100, 'stop-idle'],
  ['a wish to keep it counts', { warnedAt: after(3500), keepUntil: after(9000) }, 4100, 'leave'],
  ['until then', { warnedAt: after(8400), keepUntil: after(9000) }, 9000, 'stop-idle'],
  ['the longest life ends it whatever it does', { lastActivityAt: after(86_399) }, 86_400, 'stop-old'],
  ['and is warned of', { lastActivityAt: after(85_700) }, 85_900, 'warn'],
  ['one that is not ready has no time to idle', { readyAt: null }, 90_000, 'leave'],
] as const)('%s', (_, change, at, decision) => {
  expect(cullingDecision({ ...server, ...change }, policy, after(at))).toBe(decision);
});

it('says when a server stops', () => {
  expect(stopsAt(server, policy)).toEqual(after(3600));
  expect(stopsAt({ ...server, warnedAt: after(3500) }, policy)).toEqual(after(4100));
  expect(stopsAt({ ...server, keepUntil: after(100_000) }, policy)).toEqual(after(86_400));
  expect(stopsAt({ ...server, readyAt: null }, policy)).toBeNull();
});
