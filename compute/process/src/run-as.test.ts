import { describe, expect, it } from 'vitest';
import { resolveOwner } from './run-as.ts';

const ada = { accountId: 'a', username: 'ada', number: 1 };

describe('who a job runs as', () => {
  it('keeps an ordinary platform’s own uid', () => {
    expect(resolveOwner('self', ada, 1000)).toBeUndefined();
    expect(resolveOwner({ uid: 1000, gid: 1000 }, ada, 1000)).toBeUndefined();
  });
  it('asks for the principal’s uid', () => {
    const owner = resolveOwner((principal) => ({ uid: principal.username.length, gid: 9 }), ada, 0);
    expect(owner).toEqual({ uid: 3, gid: 9 });
  });
  it.each([
    ['self', 0],
    [{ uid: 0, gid: 5 }, 0],
    [{ uid: 5, gid: 0 }, 0],
    [{ uid: -1, gid: 5 }, 0],
    [{ uid: 4294967295, gid: 5 }, 0],
    [{ uid: 2000, gid: 2000 }, 1000],
  ] as const)('refuses %o for a platform of uid %d', (runAs, platformUid) => {
    expect(() => resolveOwner(runAs, ada, platformUid)).toThrow(expect.objectContaining({ code: 'refused' }));
  });
});
