import { covers, isCovered } from '@vre/protocol-jupyterhub';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Account } from '../accounts/account.ts';
import type { Caller } from './caller.ts';
import {
  decideOnPerson,
  isAdministrator,
  mayAnywhere,
  mayEnter,
  scopesOfNewToken,
  scopesOfPerson,
  scopesOfToken,
} from './policy.ts';

const account = (name: string, groups: readonly string[] = []): Account => ({
  id: `id-${name}`,
  issuer: 'https://issuer.example/',
  subject: name,
  name,
  username: name,
  fullName: '',
  email: '',
  groups,
  number: 1,
  createdAt: new Date(0),
  lastActivityAt: null,
});
const caller = (name: string, scopes: ReadonlySet<string>, more: Partial<Caller> = {}): Caller => ({
  account: account(name),
  by: 'session',
  administrator: false,
  scopes,
  tokenId: undefined,
  sessionId: undefined,
  serverId: undefined,
  ...more,
});
const person = (name: string) => caller(name, scopesOfPerson({ name }, false));
const administrator = caller('root', scopesOfPerson({ name: 'root' }, true), { administrator: true });
const token = (name: string, ...scopes: string[]) =>
  caller(name, scopesOfToken({ scopes }, { name }, undefined, false));

test.each([
  [['/administrators'], ['administrators'], true],
  [['administrators'], ['/administrators'], true],
  [['/administrators/of-something'], ['administrators'], false],
  [['/users'], ['administrators'], false],
  [[], ['administrators'], false],
  [['/ops'], [], false],
])('groups %j with administrators %j: %s', (groups, configured, expected) => {
  expect(isAdministrator({ groups }, configured)).toBe(expected);
});

describe('on a person', () => {
  const refused = { allowed: false, hidden: false };
  const hidden = { allowed: false, hidden: true };
  const allowed = { allowed: true };
  test.each([
    ['alice', person('alice'), 'read:users', undefined, allowed],
    ['alice', person('alice'), 'start:servers', 'x', allowed],
    ['alice', person('alice'), 'tokens', undefined, allowed],
    ['alice', person('alice'), 'delete:users', undefined, refused],
    ['alice', person('bob'), 'read:users', undefined, hidden],
    ['alice', person('bob'), 'start:servers', '', hidden],
    ['alice', administrator, 'delete:servers', '', allowed],
    ['alice', administrator, 'access:servers', '', refused],
    ['alice', token('alice', 'read:users:name!user'), 'read:users', undefined, refused],
    ['alice', token('alice', 'servers!server=alice/x'), 'start:servers', 'x', allowed],
    ['alice', token('alice', 'servers!server=alice/x'), 'start:servers', 'y', refused],
    ['bob', token('alice', 'read:users'), 'read:users', undefined, hidden],
    ['bob', token('alice', 'admin:users'), 'read:users', undefined, hidden],
  ] as const)('%s, case %#: %s', (name, who, scope, server, decision) => {
    expect(decideOnPerson(who, scope, account(name), server)).toEqual(decision);
  });
});

test('people list nobody, administrators list everybody', () => {
  expect(mayAnywhere(person('alice'), 'list:users')).toBe(false);
  expect(mayAnywhere(administrator, 'list:users')).toBe(true);
});

describe('a server is entered', () => {
  const server = { id: 's1', accountId: 'id-alice', accountName: 'alice', name: '' };
  test.each([
    ['its owner', person('alice'), true],
    ['somebody else', person('bob'), false],
    ['an administrator', administrator, false],
    ['a token that inherits', token('alice', 'inherit'), true],
    ['a token for it', token('alice', 'access:servers!server=alice/'), true],
    ['a token for another', token('alice', 'access:servers!server=alice/x'), false],
    ['a token without access', token('alice', 'servers!user'), false],
    ['a token of somebody else that names it', token('bob', 'access:servers!server=alice/'), false],
    ['its own token', { ...person('alice'), serverId: 's1' }, true],
    ['the token of another server', { ...person('alice'), serverId: 's2' }, false],
  ])('by %s: %s', (_who, who, expected) => {
    expect(mayEnter(who, server)).toBe(expected);
  });
});

describe('a token', () => {
  test('never has more than its owner', () => {
    const scopes = scopesOfToken(
      { scopes: ['admin:users', 'servers', 'read:hub'] },
      { name: 'alice' },
      '',
      false,
    );
    expect(covers(scopes, 'read:hub', { kind: 'everything' })).toBe(false);
    expect(covers(scopes, 'start:servers', { kind: 'server', user: 'bob', server: '' })).toBe(false);
  });

  test.each([
    ['a person who asks for nothing special', person('alice'), undefined, { scopes: ['inherit'] }],
    [
      'a person',
      person('alice'),
      ['access:servers!server=alice/'],
      { scopes: ['access:servers!server=alice/'] },
    ],
    ['a person', person('alice'), ['self'], { scopes: ['self'] }],
    ['a person', person('alice'), ['read:hub'], { beyond: 'read:hub' }],
    ['a person', person('alice'), ['servers!user=bob'], { beyond: 'servers!user=bob' }],
    ['a person', person('alice'), ['servers'], { beyond: 'servers' }],
    ['a person', person('alice'), ['everything'], { unknown: 'everything' }],
    ['a small token', token('alice', 'tokens!user'), ['self'], { beyond: 'self' }],
    ['a small token', token('alice', 'tokens!user'), ['inherit'], { beyond: 'inherit' }],
    [
      'a small token',
      token('alice', 'tokens!user'),
      undefined,
      { scopes: ['read:tokens!user=alice', 'tokens!user=alice'] },
    ],
    [
      'an administrator, for alice',
      administrator,
      ['access:servers!user'],
      { beyond: 'access:servers!user' },
    ],
    ['an administrator, for alice', administrator, ['read:users!user'], { scopes: ['read:users!user'] }],
  ] as const)('made by %s, case %#', (_who, who, asked, expected) => {
    expect(scopesOfNewToken(who, { account: account('alice'), administrator: false }, asked)).toEqual(
      expected,
    );
  });

  test('made by a token allows nothing that its maker may not', () => {
    const scope = fc.constantFrom(
      'self',
      'inherit',
      'tokens!user',
      'servers!user',
      'access:servers!server=alice/',
      'read:users:name!user',
      'users!user=bob',
      'admin:servers',
    );
    fc.assert(
      fc.property(fc.array(scope), fc.option(fc.array(scope), { nil: undefined }), (own, asked) => {
        const maker = token('alice', ...own);
        const made = scopesOfNewToken(maker, { account: account('alice'), administrator: false }, asked);
        if (!('scopes' in made)) return;
        const effective = scopesOfToken({ scopes: made.scopes }, { name: 'alice' }, undefined, false);
        for (const found of effective) expect(isCovered(found, maker.scopes)).toBe(true);
      }),
    );
  });
});
