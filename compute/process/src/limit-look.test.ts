import { describe, expect, it } from 'vitest';
import { createLimitLook } from './limit-look.ts';

describe('when a limit is looked at', () => {
  const look = (limit = 100) => createLimitLook(limit, () => 1000);

  it('is at the beginning', () => {
    expect(look().isDue(0, 0)).toBe(true);
  });

  it.each([
    ['not while the machine stays as it was', [500], false],
    ['not when the machine gives back', [100], false],
    ['not for growth that leaves the job far from its limit', [519], false],
    ['for growth that brings it nearer', [520], true],
    ['for growth after something was given back', [300, 320], true],
    ['when the machine does not tell', [Number.NaN], true],
  ])('%s', (_, machine, due) => {
    const limit = look();
    limit.looked(20, 500, 0);
    expect(machine.map((use) => limit.isDue(use, 10)).at(-1)).toBe(due);
  });

  it('is always close to the limit, and over it', () => {
    const limit = look();
    limit.looked(100, 500, 0);
    expect(limit.isDue(500, 1)).toBe(true);
    limit.looked(120, 500, 0);
    expect(limit.isDue(400, 1)).toBe(true);
  });

  it('is from time to time, for all jobs in the same moment', () => {
    const [one, other] = [look(), look()];
    one.looked(0, 500, 100);
    other.looked(0, 500, 900);
    expect([one.isDue(500, 999), other.isDue(500, 999)]).toEqual([false, false]);
    expect([one.isDue(500, 1000), other.isDue(500, 1000)]).toEqual([true, true]);
  });
});
