import { expect, test } from 'vitest';
import { type Action, type Caller, decide } from './policy.ts';

const alice: Caller = {
  accountId: 2,
  account: 'alice',
  isAdministrator: false,
  identity: 'SUB=a, ISS=i',
  identityType: 'OIDC',
  subject: 'a',
  groups: ['/orca/data'],
  tokenExpiresAt: new Date(0),
};

test.each<[Action, boolean]>([
  [{ do: 'write in scope', scope: 'user.alice', ownerId: 2 }, true],
  [{ do: 'write in scope', scope: 'user.bob', ownerId: 3 }, false],
  [{ do: 'write in scope', scope: 'group.orca.data', ownerId: 1 }, true],
  [{ do: 'write in scope', scope: 'group.orca', ownerId: 1 }, false],
  [{ do: 'make a rule', accountId: 2, locked: false }, true],
  [{ do: 'make a rule', accountId: 2, locked: true }, false],
  [{ do: 'make a rule', accountId: 3, locked: false }, false],
  [{ do: 'change a rule', accountId: 2 }, true],
  [{ do: 'change a rule', accountId: 3 }, false],
  [{ do: 'administrate', what: 'add elements' }, false],
  [{ do: 'write to a blocked element' }, false],
])('%j: %s', (action, allowed) => {
  expect(decide(alice, action).allowed).toBe(allowed);
  expect(decide({ ...alice, isAdministrator: true }, action).allowed).toBe(true);
});
