import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  containedScopes,
  covers,
  expandScopes,
  intersectScopes,
  isCovered,
  parseScope,
  reachOf,
  type ScopeResource,
  scopeHierarchy,
} from './scopes.ts';

const alice = { user: 'alice' };
const expanded = (...scopes: string[]) => expandScopes(scopes, alice);

test.each([
  ['users', { name: 'users' }],
  ['read:users:name!user', { name: 'read:users:name', kind: 'user' }],
  ['access:servers!server=alice/', { name: 'access:servers', kind: 'server', value: 'alice/' }],
  ['list:users!group=/km3net', { name: 'list:users', kind: 'group', value: '/km3net' }],
  ['self', { name: 'self' }],
  ['inherit', { name: 'inherit' }],
  ['self!user=bob', undefined],
  ['root', undefined],
  ['users!planet=mars', undefined],
  ['users!user=', undefined],
  ['', undefined],
])('%j reads as %j', (text, scope) => {
  expect(parseScope(text)).toEqual(scope);
});

test.each([
  ['admin:users', ['users', 'read:users', 'list:users', 'users:activity', 'read:users:name', 'delete:users']],
  ['admin:servers', ['servers', 'read:servers', 'start:servers', 'delete:servers', 'admin:server_state']],
  ['tokens', ['read:tokens']],
  ['shares', ['access:servers', 'read:shares', 'users:shares', 'groups:shares']],
  ['admin:groups', ['groups', 'read:groups', 'list:groups', 'delete:groups', 'read:roles:groups']],
])('%s contains %j', (name, inner) => {
  expect([...containedScopes(name)]).toEqual(expect.arrayContaining(inner));
});

test.each([
  ['start:servers', 'access:servers'],
  ['access:servers', 'start:servers'],
  ['read:servers', 'servers'],
  ['users', 'admin:users'],
  ['users:activity', 'read:users'],
])('%s does not contain %s', (name, other) => {
  expect(containedScopes(name).has(other)).toBe(false);
});

type Case = readonly [string[], string, ScopeResource, boolean];
const ownDefault: ScopeResource = { kind: 'server', user: 'alice', server: '' };
const ofBob: ScopeResource = { kind: 'server', user: 'bob', server: '' };
test.each<Case>([
  [['servers'], 'start:servers', ofBob, true],
  [['servers!user'], 'start:servers', ownDefault, true],
  [['servers!user'], 'start:servers', ofBob, false],
  [['self'], 'start:servers', ownDefault, true],
  [['self'], 'start:servers', ofBob, false],
  [['self'], 'list:users', { kind: 'everything' }, false],
  [['access:servers!server=alice/'], 'access:servers', ownDefault, true],
  [['access:servers!server=alice/'], 'access:servers', { kind: 'server', user: 'alice', server: 'x' }, false],
  [['access:servers!server=alice/'], 'start:servers', ownDefault, false],
  [['read:users!group=/km3net'], 'read:users:name', { kind: 'user', user: 'bob', groups: ['/km3net'] }, true],
  [['read:users!group=/km3net'], 'read:users:name', { kind: 'user', user: 'bob', groups: ['/cta'] }, false],
  [['users:activity!user'], 'users:activity', { kind: 'user', user: 'alice' }, true],
  [['users:activity!user'], 'users:activity', { kind: 'user', user: 'alice2' }, false],
  [['read:groups!group=/a'], 'read:groups', { kind: 'group', group: '/a' }, true],
  [['access:services!service=dask'], 'access:services', { kind: 'service', service: 'dask' }, true],
  [['inherit'], 'read:users', { kind: 'user', user: 'alice' }, false],
])('%j: %s on %j is %s', (scopes, name, resource, allowed) => {
  expect(covers(expanded(...scopes), name, resource)).toBe(allowed);
});

test('!server of a server token means its own server', () => {
  const scopes = expandScopes(['access:servers!server'], { user: 'alice', server: 'alice/lab' });
  expect([...scopes]).toEqual(['access:servers!server=alice/lab']);
  expect(expandScopes(['access:servers!server'], alice).size).toBe(0);
});

test('inherit is what its owner has', () => {
  const owner = expanded('self');
  expect(expandScopes(['inherit'], alice, owner)).toEqual(owner);
});

test('the reach of a scope names its filters', () => {
  expect(reachOf(expanded('read:users!user=bob', 'read:users!group=/a'), 'read:users')).toEqual({
    everywhere: false,
    filters: [
      { kind: 'user', value: 'bob' },
      { kind: 'group', value: '/a' },
    ],
  });
  expect(reachOf(expanded('read:users'), 'read:users').everywhere).toBe(true);
});

describe('the intersection', () => {
  test('of a server with its user is the server', () => {
    const both = intersectScopes(expanded('access:servers!server=alice/x'), expanded('access:servers!user'));
    expect([...both]).toEqual(['access:servers!server=alice/x']);
  });
  test('of different people is empty', () => {
    expect(intersectScopes(expanded('servers!user=bob'), expanded('servers!user=alice')).size).toBe(0);
  });

  const scope = fc
    .tuple(
      fc.constantFrom(...Object.keys(scopeHierarchy)),
      fc.constantFrom('', '!user', '!user=bob', '!server=alice/', '!server=bob/x', '!group=/g'),
    )
    .map(([name, filter]) => `${name}${filter}`);
  const scopes = fc.array(scope, { maxLength: 6 });
  const resources: readonly ScopeResource[] = [
    ownDefault,
    ofBob,
    { kind: 'server', user: 'bob', server: 'x' },
    { kind: 'user', user: 'alice' },
    { kind: 'user', user: 'bob', groups: ['/g'] },
    { kind: 'everything' },
  ];
  test('allows only what both allow', () => {
    fc.assert(
      fc.property(scopes, scopes, (first, second) => {
        const [one, other] = [expanded(...first), expanded(...second)];
        const both = intersectScopes(one, other);
        for (const name of Object.keys(scopeHierarchy))
          for (const resource of resources)
            if (covers(both, name, resource))
              expect(covers(one, name, resource) && covers(other, name, resource)).toBe(true);
        for (const found of both) expect(isCovered(found, one) && isCovered(found, other)).toBe(true);
      }),
    );
  });
  test('with itself is itself, and its order does not matter', () => {
    fc.assert(
      fc.property(scopes, scopes, (first, second) => {
        const [one, other] = [expanded(...first), expanded(...second)];
        expect(intersectScopes(one, one)).toEqual(one);
        expect(intersectScopes(one, other)).toEqual(intersectScopes(other, one));
      }),
    );
  });
});
