import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClientDeclaration } from '../clients/client.ts';
import { askableScopes, decideAudiences, groupsClaim, tokenScopes } from './policy.ts';
import { covers, parseStorageScope } from './storage-scope.ts';

const client: ClientDeclaration = {
  id: 'c',
  name: 'C',
  redirectUris: [],
  grantTypes: [],
  audiences: ['rucio', 'reana'],
  scopes: [
    'openid',
    'wlcg.groups',
    'wlcg.capabilityset:/data-lake',
    'storage.read:/data',
    'storage.modify:/scratch',
  ],
  consent: 'never',
};
const kinds = { lake: ['rucio', 'https://door'] };
const person = { username: 'ada', groups: ['/km3net', '/km3net/orca'] };

describe('audiences', () => {
  test.each([
    [['rucio'], true],
    [['rucio', 'reana'], true],
    [['rucio', 'elsewhere'], false],
    [[], false],
  ])('%j: %s', (audiences, allowed) => {
    expect(decideAudiences(client, audiences).allowed).toBe(allowed);
  });
});

describe('scopes that a client may ask for', () => {
  test.each([
    ['openid', true],
    ['profile', false],
    ['wlcg.groups:/km3net', true],
    ['wlcg.groupsies', false],
    ['storage.read:/data/run1', true],
    ['storage.read:/database', false],
    ['storage.read:/data/../etc', false],
    ['storage.read:/data/%2e%2e/etc', false],
    ['storage.read://data', false],
    ['storage.read', false],
    ['storage.create:/scratch/a', true],
    ['storage.write:/scratch', false],
  ])('%s: %s', (scope, may) => {
    expect(askableScopes(client, [scope])).toEqual(may ? [scope] : []);
  });
});

describe('scopes that end in a token', () => {
  const everything = [
    'openid',
    'wlcg.groups:/km3net',
    'wlcg.groups:/others',
    'wlcg.capabilityset:/data-lake',
  ];
  test('for the lake the capability set becomes what the person may do', () => {
    expect(tokenScopes(everything, ['rucio'], kinds, person)).toEqual([
      'openid',
      'wlcg.groups:/km3net',
      'storage.read:/',
      'storage.create:/user/ada',
      'storage.create:/group/km3net',
      'storage.create:/group/km3net/orca',
    ]);
  });
  test('for another audience nothing of storage is left', () => {
    const scopes = tokenScopes([...everything, 'storage.read:/data'], ['reana'], kinds, person);
    expect(scopes).toEqual(['openid', 'wlcg.groups:/km3net']);
  });
  test('storage scopes asked for by name stay within the entitlement', () => {
    const asked = [
      'storage.read:/data',
      'storage.create:/user/ada/x',
      'storage.create:/user/adam',
      'storage.modify:/',
    ];
    expect(tokenScopes(asked, ['rucio'], kinds, person)).toEqual([
      'storage.read:/data',
      'storage.create:/user/ada/x',
    ]);
  });
  test('a service keeps its own storage scopes and is nobody', () => {
    expect(tokenScopes([...everything, 'storage.read:/data'], ['se.example.org'], kinds, undefined)).toEqual([
      'storage.read:/data',
    ]);
  });
});

describe('groups claim', () => {
  const memberships = [
    { path: '/a', optional: false },
    { path: '/a/b', optional: false },
    { path: '/z', optional: true },
  ];
  test.each([
    [[], undefined],
    [['openid'], undefined],
    [['wlcg.groups'], ['/a', '/a/b']],
    [
      ['wlcg.groups:/z', 'wlcg.groups:/a/b'],
      ['/z', '/a/b', '/a'],
    ],
    [['wlcg.groups:/none'], ['/a', '/a/b']],
  ])('%j', (granted, claim) => {
    expect(groupsClaim(granted, memberships)).toEqual(claim);
  });
  test('is limited', () => {
    const many = Array.from({ length: 80 }, (_, index) => ({ path: `/g${index}`, optional: false }));
    expect(groupsClaim(['wlcg.groups'], many)).toHaveLength(50);
  });
});

const segment = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => text !== '.' && text !== '..');
const scopeOn = (action: string, segments: readonly string[]) =>
  parseStorageScope(`${action}:/${segments.map(encodeURIComponent).join('/')}`);

test('a path covers itself and what lies below it, never a neighbour with the same beginning', () => {
  fc.assert(
    fc.property(
      fc.array(
        segment.filter((s) => !/[/\\\u0000-\u001f\u007f]/.test(s)),
        { maxLength: 4 },
      ),
      segment.filter((s) => !/[/\\\u0000-\u001f\u007f]/.test(s)),
      (path, more) => {
        const held = scopeOn('storage.read', path);
        const below = scopeOn('storage.read', [...path, more]);
        if (!held || !below) throw new Error('a plain path must parse');
        expect(covers(held, held)).toBe(true);
        expect(covers(held, below)).toBe(true);
        expect(covers(below, held)).toBe(false);
        if (path.length > 0) {
          const neighbour = scopeOn('storage.read', [...path.slice(0, -1), `${path.at(-1)}${more}`]);
          if (neighbour) expect(covers(held, neighbour)).toBe(false);
        }
      },
    ),
  );
});
