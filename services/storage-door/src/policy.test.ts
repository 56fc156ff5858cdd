import { storageGrants } from '@vre/protocol-webdav';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DoorAction, decide, decideMove } from './policy.ts';

const actions: readonly DoorAction[] = [
  'stat',
  'list',
  'read',
  'create',
  'replace',
  'delete',
  'make-directory',
];
const allowed = (scopes: string[], action: DoorAction, path: string) =>
  decide(storageGrants(scopes), action, path === '' ? [] : path.split('/')).allowed;
const permitted = (scopes: string[], path: string) =>
  actions.filter((action) => allowed(scopes, action, path)).join(' ');

describe('what a token may do', () => {
  it.each([
    ['storage.read:/user/alice', 'user/alice/f', 'stat list read'],
    ['storage.create:/user/alice', 'user/alice/f', 'stat list create make-directory'],
    [
      'storage.create:/user/alice',
      'user/alice/f.rucio.upload',
      'stat list create replace delete make-directory',
    ],
    ['storage.modify:/user/alice', 'user/alice/f', 'stat list create replace delete make-directory'],
    ['storage.stage:/user/alice', 'user/alice/f', 'stat list'],
    ['storage.poll:/user/alice', 'user/alice/f', ''],
    ['storage.modify:/user/alice', 'user/alicia/f', ''],
    ['storage.modify:/user/alice', 'user/bob/f.rucio.upload', ''],
    ['storage.read:/user/alice', 'user', 'stat list'],
    ['storage.create:/user/alice', 'user', 'stat list make-directory'],
    ['storage.create:/user/alice', '', 'stat list make-directory'],
    ['storage.write:/', 'f', ''],
    ['openid', 'f', ''],
    ['openid', '', ''],
  ])('with %s on "%s": %s', (scope, path, expected) => expect(permitted([scope], path)).toBe(expected));

  it('is told in a sentence that names the scope to ask for', () => {
    const decision = decide(storageGrants(['storage.create:/a']), 'delete', ['a', 'b c']);
    expect(decision).toEqual({
      allowed: false,
      reason:
        'This token does not allow deleting /a/b%20c: ask for one with the scope storage.modify on that path.',
    });
  });

  it('never grows by adding path segments that lie outside the grant', () => {
    const segment = fc.constantFrom('user', 'alice', 'bob', 'x.rucio.upload');
    const path = fc.array(segment, { maxLength: 4 });
    const capability = fc.constantFrom('read', 'create', 'modify', 'stage', 'poll');
    fc.assert(
      fc.property(capability, path, path, fc.constantFrom(...actions), (word, granted, asked, action) => {
        const decision = decide(storageGrants([`storage.${word}:/${granted.join('/')}`]), action, asked);
        const below = granted.every((name, index) => asked[index] === name);
        const above = asked.every((name, index) => granted[index] === name);
        if (!below && !above) expect(decision.allowed).toBe(false);
        if (!below && ['read', 'create', 'replace', 'delete'].includes(action))
          expect(decision.allowed).toBe(false);
        if (word === 'read' && !['stat', 'list', 'read'].includes(action))
          expect(decision.allowed).toBe(false);
      }),
    );
  });
});

describe('moving', () => {
  const move = (scopes: string[], from: string, to: string, replaces = false) =>
    decideMove(storageGrants(scopes), from.split('/'), to.split('/'), replaces).allowed;
  it('stays within what may be created', () => {
    expect(move(['storage.create:/a'], 'a/x.rucio.upload', 'a/x')).toBe(true);
    expect(move(['storage.create:/a'], 'a/x', 'b/x')).toBe(false);
    expect(move(['storage.create:/a'], 'b/x', 'a/x')).toBe(false);
    expect(move(['storage.create:/a', 'storage.create:/b'], 'b/x.rucio.upload', 'a/x')).toBe(true);
    expect(move(['storage.create:/a', 'storage.modify:/b'], 'b/x', 'a/x')).toBe(true);
  });
  it('takes no stored file away from its name without the right to delete it', () => {
    expect(move(['storage.create:/a'], 'a/x', 'a/y')).toBe(false);
    expect(move(['storage.create:/a'], 'a/x', 'a/x.rucio.upload')).toBe(false);
    expect(move(['storage.modify:/a'], 'a/x', 'a/y')).toBe(true);
    expect(move(['storage.read:/'], 'a/x', 'a/y')).toBe(false);
  });
  it('replaces only what may be modified', () => {
    expect(move(['storage.create:/a'], 'a/x.rucio.upload', 'a/x', true)).toBe(false);
    expect(move(['storage.modify:/a'], 'a/x.rucio.upload', 'a/x', true)).toBe(true);
  });
});
