import { describe, expect, it } from 'vitest';
import { descendants, isAlive, parseStat, readProcess } from './process-table.ts';

const entry = (pid: number, parent: number, session: number, state = 'S') => ({
  pid,
  parent,
  session,
  state,
  startTicks: 1,
});

describe('process table', () => {
  it('reads a line whose program name holds anything', () => {
    const text = `42 (a) b ( ) R 7 42 41 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 98765 0 0`;
    expect(parseStat(text)).toEqual({ pid: 42, parent: 7, session: 41, state: 'R', startTicks: 98765 });
    expect(parseStat('')).toBeUndefined();
  });

  it('finds a session, the roots, and all that descend from them', () => {
    const table = [
      entry(10, 1, 10),
      entry(11, 10, 10),
      entry(12, 11, 12), // a session of its own, still a child
      entry(20, 1, 20), // daemonised, known by its marker
      entry(21, 20, 21),
      entry(30, 1, 30),
      entry(13, 10, 10, 'Z'),
    ];
    expect([...descendants(table, 10, new Set([20]))].sort()).toEqual([10, 11, 12, 20, 21]);
    expect([...descendants(table, undefined, new Set())]).toEqual([]);
  });

  it('does not take a reused pid for the process', async () => {
    const me = await readProcess(process.pid);
    expect(await isAlive(process.pid, me?.startTicks ?? 0)).toBe(true);
    expect(await isAlive(process.pid, (me?.startTicks ?? 0) + 1)).toBe(false);
  });
});
