import type { ProfileModel, ServerModel } from '@vre/protocol-jupyterhub';
import { describe, expect, it } from 'vitest';
import { hubSignInAddress, labAddress } from './hub-address.ts';
import { categoriesOf, categoryWords, chosenProfiles } from './profiles/profile-filter.ts';
import { kernelWords, sizeWords, startWords } from './profiles/profile-words.ts';
import { titleOf } from './profiles/use-profiles.ts';
import { keptUntil, serverEnd } from './servers/server-end.ts';
import { nameForStart } from './servers/server-name.ts';
import { isActive, isComing, serverLooks } from './servers/server-state.ts';
import { serversOf, serverView } from './servers/server-view.ts';

const now = new Date('2026-11-22T20:00:00Z');
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);

const model = (given: Partial<ServerModel> = {}): ServerModel => ({
  name: '',
  full_name: 'eva/',
  last_activity: null,
  started: '2026-11-22T19:00:00Z',
  pending: null,
  ready: true,
  stopped: false,
  url: '/user/eva/',
  full_url: null,
  user_options: {},
  progress_url: '/hub/api/users/eva/server/progress',
  full_progress_url: null,
  ...given,
});
const profile = (given: Partial<ProfileModel> & { readonly name: string }): ProfileModel => ({
  title: given.name,
  summary: '',
  category: 'general',
  kernels: ['python'],
  gpu: false,
  missing: [],
  built: true,
  recommended: false,
  ...given,
});

describe('addresses at the hub', () => {
  it('lead to the lab of a server', () =>
    expect(labAddress('http://127.0.0.1:8002', '/user/eva/gpu/')).toBe(
      'http://127.0.0.1:8002/user/eva/gpu/lab',
    ));
  it('bring the person back to the start that waits', () => {
    const address = new URL(hubSignInAddress('http://127.0.0.1:8002', 'a&b'));
    expect(address.pathname).toBe('/hub/login');
    expect(address.searchParams.get('next')).toBe('/hub/home?start=a%26b');
  });
});

describe('servers', () => {
  it('of our hub tell everything', () =>
    expect(
      serverView(
        model({
          pending: 'spawn',
          ready: false,
          vre: {
            state: 'preparing',
            profile: 'lofar',
            message: 'Building the environment',
            percent: 20,
            log: [],
            stops_at: '2026-11-23T00:00:00Z',
            tokens_expire_at: null,
            isolation: 'process',
          },
        }),
      ),
    ).toMatchObject({
      profile: 'lofar',
      state: 'preparing',
      percent: 20,
      message: 'Building the environment',
      stopsAt: new Date('2026-11-23T00:00:00Z'),
      tokensExpireAt: undefined,
    }));
  it.each([
    [{ pending: 'spawn', ready: false }, 'starting'],
    [{ pending: 'stop' }, 'stopping'],
    [{ ready: true }, 'ready'],
    [{ ready: false, stopped: true }, 'stopped'],
  ] as const)('of another hub with %o are %s', (given, state) =>
    expect(serverView(model({ ...given, user_options: { profile: 'x' } }))).toMatchObject({
      state,
      profile: 'x',
    }),
  );
  it('stand in a fixed order, the default one first', () =>
    expect(
      serversOf({
        kind: 'user',
        name: 'eva',
        servers: { b: model({ name: 'b' }), a: model({ name: 'a' }), '': model() },
      }).map(({ name }) => name),
    ).toEqual(['', 'a', 'b']));
  it('have a word for every state, and two of them occupy nothing', () =>
    expect(Object.keys(serverLooks).filter((state) => !isActive(state as keyof typeof serverLooks))).toEqual([
      'stopped',
      'failed',
    ]));
  it('are coming until they are ready', () =>
    expect(Object.keys(serverLooks).filter((state) => isComing(state as keyof typeof serverLooks))).toEqual([
      'requested',
      'preparing',
      'starting',
    ]));
});

describe('the name of the next server', () => {
  const running = (name: string) => serverView(model({ name }));
  const failed = (name: string) => serverView(model({ name, ready: false, stopped: true }));
  it.each([
    [[], ''],
    [[failed('')], ''],
    [[running('')], 'lofar'],
    [[running(''), failed('lofar')], 'lofar'],
    [[running(''), running('lofar')], 'lofar-2'],
  ])('beside %j is %s', (servers, name) => expect(nameForStart('lofar', servers)).toBe(name));
});

describe('the end of an unused server', () => {
  it.each([
    [200, 'Stops in 3 h 20 min unless somebody works in it', false],
    [14, 'Stops in 14 min unless somebody works in it', true],
    [0.5, 'Stops in less than a minute unless somebody works in it', true],
    [-3, 'Stops in less than a minute unless somebody works in it', true],
  ])('in %d minutes', (minutes, words, soon) =>
    expect(serverEnd(later(minutes), now)).toEqual({ words, soon }),
  );
  it('is not told where nobody knows it', () => expect(serverEnd(undefined, now)).toBeUndefined());
  it('is put off from when it would have been', () => {
    expect(keptUntil(later(60), now)).toEqual(later(60 + 12 * 60));
    expect(keptUntil(later(-60), now)).toEqual(later(12 * 60));
    expect(keptUntil(undefined, now)).toEqual(later(12 * 60));
  });
});

describe('cards', () => {
  const cards = [
    profile({ name: 'minimal', title: 'Minimal', summary: 'Scientific Python' }),
    profile({
      name: 'root',
      title: 'ROOT',
      category: 'particle-physics',
      kernels: ['python', 'root-cpp'],
      recommended: true,
    }),
    profile({
      name: 'lofar',
      title: 'LOFAR',
      category: 'radio',
      missing: [{ what: 'DP3', instead: 'LoSoTo', site: 'apt-get install dp3' }],
    }),
  ];
  const names = (filter: Parameters<typeof chosenProfiles>[1], favourites: readonly string[] = []) =>
    chosenProfiles(cards, filter, favourites).map(({ name }) => name);

  it('come with favourites first, then recommended ones', () =>
    expect(names({}, ['lofar'])).toEqual(['lofar', 'root', 'minimal']));
  it.each([
    ['python scientific', ['minimal']],
    ['PARTICLE', ['root']],
    ['dp3', ['lofar']],
    ['nothing-like-it', []],
  ])('that fit "%s"', (name, found) => expect(names({ name })).toEqual(found));
  it('of one category', () => expect(names({ category: 'radio' })).toEqual(['lofar']));
  it('have categories in the order of the cards', () =>
    expect(categoriesOf(cards)).toEqual(['general', 'particle-physics', 'radio']));
  it('call a category in words', () => expect(categoryWords('gamma-rays')).toBe('Gamma rays'));
  it.each([
    [{ built: true, start_seconds: 3.2 }, 'Starts in about 4 s'],
    [{ built: true }, 'Ready to start'],
    [{ built: false, start_seconds: 170 }, 'First start builds it, about 3 minutes'],
    [{ built: false, start_seconds: 12 }, 'First start builds it, about a minute'],
    [{ built: false, start_seconds: null }, 'First start builds it, some minutes'],
  ])('with %o say: %s', (given, words) => expect(startWords(profile({ name: 'x', ...given }))).toBe(words));
  it('name kernels and sizes', () => {
    expect(kernelWords(['python', 'root-cpp', 'julia'])).toBe('Python, C++ (ROOT), julia');
    expect(sizeWords(profile({ name: 'x', size_bytes: 1_210_000_000 }))).toBe('1.21 GB');
    expect(sizeWords(profile({ name: 'x', size_bytes: null }))).toBeUndefined();
  });
  it('title a server also when the card is gone', () => {
    expect(titleOf('lofar', cards)).toBe('LOFAR');
    expect(titleOf('old', cards)).toBe('old');
    expect(titleOf('', cards)).toBe('Notebook server');
  });
});
