import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { oauthClientId, serverMoves, serverPrefix } from './server.ts';

it('moves as the README says', async () => {
  const text = await readFile(new URL('./README.md', import.meta.url), 'utf8');
  const rows = text.split('\n').flatMap((line) => {
    const [, from = '', to = '', by = ''] = line.split('|').map((cell) => cell.trim());
    if (!/^(starter|stopper|person|watcher)/.test(by)) return [];
    return from.split(', ').map((state) => `${state} → ${to} by ${/^\w+/.exec(by)?.[0]}`);
  });
  const moves = serverMoves.map(({ from, to, by }) => `${from} → ${to} by ${by}`);
  expect(rows.toSorted()).toEqual(moves.toSorted());
});

it('writes names into paths and client ids so that nothing in them is syntax', () => {
  expect(serverPrefix('ada', '')).toBe('/user/ada/');
  expect(serverPrefix('a/b', 'x y')).toBe('/user/a%2Fb/x%20y/');
  expect(oauthClientId('ada', 'big')).toBe('jupyterhub-user-ada--big');
});
