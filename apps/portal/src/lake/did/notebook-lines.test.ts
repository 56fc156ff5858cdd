import type { ReplicaRow } from '@vre/protocol-rucio';
import { describe, expect, it } from 'vitest';
import { downloadCommand, downloadLines, inPlaceLines, pathInHome } from './notebook-lines.ts';

describe('data in a notebook', () => {
  const door = 'https://localhost:8003';
  const replica = (rse: string, pfn: string, state: string) =>
    ({ pfns: { [pfn]: { rse } }, states: { [rse]: state } }) as unknown as ReplicaRow;
  const did = { scope: 'user.eva', name: 'a b.txt' };
  const pfn = 'davs://localhost:8003/local-a/user/eva/3f/07/a%20b.txt';

  it('is a path below the home where this platform holds a copy', () => {
    const path = pathInHome(did, replica('LOCAL-A', pfn, 'AVAILABLE'), door);
    expect(path).toBe('lake/LOCAL-A/user/eva/3f/07/a b.txt');
    expect(inPlaceLines(path ?? '')).toBe(
      'from pathlib import Path\npath = Path.home() / "lake/LOCAL-A/user/eva/3f/07/a b.txt"',
    );
  });
  it('keeps a scope of no person in one folder', () =>
    expect(
      pathInHome(
        { scope: 'vo.orca', name: 'x' },
        replica('A', 'davs://localhost:8003/a/vo.orca/00/ff/x', 'AVAILABLE'),
        door,
      ),
    ).toBe('lake/A/vo.orca/00/ff/x'));
  it.each([
    ['at another site', 'davs://elsewhere.org:443/d/user/eva/3f/07/a%20b.txt', 'AVAILABLE', door],
    ['not copied yet', pfn, 'COPYING', door],
    ['registered under a path of its own', 'davs://localhost:8003/a/old/a%20b.txt', 'AVAILABLE', door],
    ['behind a door that nobody named', pfn, 'AVAILABLE', ''],
    ['in S3', 's3://localhost:8003/a/user/eva/3f/07/a%20b.txt', 'AVAILABLE', door],
  ])('is downloaded when it is %s', (_, address, state, storageDoor) =>
    expect(pathInHome(did, replica('LOCAL-A', address, state), storageDoor)).toBeUndefined(),
  );
  it('cannot leave the quotes of a line', () => {
    const odd = { scope: 's', name: `it's "x"` };
    expect(downloadLines(odd)).toContain('{"did": "s:it\'s \\"x\\""}');
    expect(downloadCommand(odd)).toBe(`rucio download 's:it'\\''s "x"'`);
  });
});
