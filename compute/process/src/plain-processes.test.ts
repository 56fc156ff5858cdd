import { describe, expect, it } from 'vitest';
import { plainProcessesAllowed } from './plain-processes.ts';

const nobody = {
  platformUid: 1000,
  uidPerAccount: false,
  operatorIsOnlyPerson: false,
  trustUsers: false,
  trustUsersKey: 'workflows.trust-users',
};

describe('whether jobs may run as plain processes', () => {
  it.each([
    [{ platformUid: 0, uidPerAccount: true }, 'unprivileged uid'],
    [{ operatorIsOnlyPerson: true }, 'only person'],
    [{ trustUsers: true }, 'workflows.trust-users'],
    [{ platformUid: 0, trustUsers: true }, 'workflows.trust-users'],
  ])('%o: yes', (facts, because) => {
    const verdict = plainProcessesAllowed({ ...nobody, ...facts });
    expect(verdict).toEqual({ allowed: true, because: expect.stringContaining(because) });
  });

  it.each([
    [{}, 'share its uid'],
    [{ platformUid: 0 }, 'no unprivileged uid'],
    // A uid per account helps only a platform that may change uids.
    [{ uidPerAccount: true }, 'share its uid'],
  ])('%o: no, and the refusal names the way out', (facts, why) => {
    const verdict = plainProcessesAllowed({ ...nobody, ...facts });
    expect(verdict).toEqual({ allowed: false, sentence: expect.stringContaining(why) });
    expect(verdict).toMatchObject({ sentence: expect.stringContaining('apt-get install bubblewrap') });
  });
});
