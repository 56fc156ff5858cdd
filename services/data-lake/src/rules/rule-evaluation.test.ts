import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Candidate, type Group, place } from './rule-evaluation.ts';

const group = (id: number, bytes: number, held: [number, number][] = [], chosen: number[] = []): Group => ({
  id,
  bytes,
  held: new Map(held),
  chosen,
});
const candidate = (id: number, bytesLeft = 1000, weight = 1): Candidate => ({ id, weight, bytesLeft });

test('elements that hold most of the bytes come first', () => {
  const placement = place(
    [
      group(1, 100, [
        [2, 90],
        [3, 10],
      ]),
    ],
    [1, 2, 3].map((id) => candidate(id)),
    2,
    Math.random,
  );
  expect(placement.get(1)).toEqual([2, 3]);
});

test('an earlier choice stays, even on an element that accepts nothing new', () => {
  expect(place([group(1, 10, [[3, 10]], [7])], [candidate(3)], 1, Math.random).get(1)).toEqual([7]);
});

test('too few elements and too little quota are different mistakes', () => {
  expect(() => place([group(1, 10)], [candidate(1)], 2, Math.random)).toThrow(/2 copies/);
  expect(() => place([group(1, 2000)], [candidate(1), candidate(2)], 1, Math.random)).toThrow(
    expect.objectContaining({ errorClass: 'InsufficientAccountLimit' }),
  );
});

test('an element without weight is taken only when nothing else is left', () => {
  const weighted = [candidate(1, 1000, 0), candidate(2, 1000, 5)];
  for (let round = 0; round < 50; round++)
    expect(place([group(1, 1)], weighted, 1, Math.random).get(1)).toEqual([2]);
});

test('every group gets distinct elements, and no quota is overdrawn', () => {
  const groups = fc.uniqueArray(
    fc.record({ id: fc.integer({ min: 1, max: 50 }), bytes: fc.integer({ min: 0, max: 400 }) }),
    { selector: ({ id }) => id, maxLength: 8 },
  );
  const candidates = fc.uniqueArray(
    fc.record({
      id: fc.integer({ min: 1, max: 9 }),
      weight: fc.integer({ min: 0, max: 5 }),
      bytesLeft: fc.integer({ min: 0, max: 1500 }),
    }),
    { selector: ({ id }) => id, minLength: 1, maxLength: 6 },
  );
  fc.assert(
    fc.property(groups, candidates, fc.integer({ min: 1, max: 3 }), (wanted, elements, copies) => {
      let placement: ReadonlyMap<number, readonly number[]>;
      try {
        placement = place(
          wanted.map(({ id, bytes }) => group(id, bytes)),
          elements,
          copies,
          Math.random,
        );
      } catch (error) {
        expect((error as { errorClass: string }).errorClass).toMatch(/^Insufficient/);
        return;
      }
      expect([...placement.keys()].sort()).toEqual(wanted.map(({ id }) => id).sort());
      const charged = new Map<number, number>();
      for (const { id, bytes } of wanted) {
        const chosen = placement.get(id) ?? [];
        expect(new Set(chosen).size).toBe(copies);
        for (const element of chosen) charged.set(element, (charged.get(element) ?? 0) + bytes);
      }
      for (const { id, bytesLeft } of elements) expect(charged.get(id) ?? 0).toBeLessThanOrEqual(bytesLeft);
    }),
  );
});
