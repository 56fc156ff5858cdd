import type { ReplicaDetail, ReplicaRow } from '@vre/protocol-rucio';
import { describe, expect, it } from 'vitest';
import { metadataGroups } from './did/metadata-groups.ts';
import { replicaConditions, replicaSentence } from './did/replica-condition.ts';
import { summariseReplicas } from './did/replica-summary.ts';
import { didPath, fileAddress, parseDid } from './did-path.ts';
import { protocolUses } from './elements/protocol-words.ts';
import { namePattern } from './scopes/use-scopes.ts';

describe('names in addresses', () => {
  it('keeps slashes readable and escapes the rest', () =>
    expect(didPath({ scope: 'user.eva', name: 'a b/c?#%' })).toBe('/lake/dids/user.eva/a%20b/c%3F%23%25'));
  it('addresses files of the edge alike', () =>
    expect(fileAddress({ scope: 's', name: 'x/ü.txt' })).toBe('/x/files/s/x/%C3%BC.txt'));
  it.each([
    ['user.eva:run:7', { scope: 'user.eva', name: 'run:7' }],
    ['no-colon', undefined],
    [':name', undefined],
    ['scope:', undefined],
  ])('splits %s at the first colon', (text, did) => expect(parseDid(text)).toEqual(did));
});

it.each([
  [undefined, '*'],
  ['orca', '*orca*'],
  ['orca*2026', 'orca*2026'],
])('searches %s as %s', (typed, pattern) => expect(namePattern(typed)).toBe(pattern));

it('counts replicas by element and state', () => {
  const file = (name: string, bytes: number, states: Record<string, string>) =>
    ({ scope: 's', name, bytes, states, rses: {} }) as unknown as ReplicaRow;
  const listed = [
    file('a', 10, { B: 'AVAILABLE', A: 'AVAILABLE' }),
    file('b', 5, { B: 'BAD', A: 'AVAILABLE' }),
    file('c', 7, { B: 'UNAVAILABLE' }),
    file('d', 7, { B: 'UNAVAILABLE' }),
  ];
  expect(summariseReplicas(replicaConditions(listed, []))).toEqual([
    { element: 'A', files: 2, available: 2, bytes: 15, others: [] },
    {
      element: 'B',
      files: 4,
      available: 1,
      bytes: 10,
      others: [
        { state: 'UNAVAILABLE', files: 2 },
        { state: 'BAD', files: 1 },
      ],
    },
  ]);
});

const damaged = {
  scope: 's',
  name: 'f',
  rse: 'A',
  state: 'UNAVAILABLE',
  locks: 1,
  damage: 'The checksum differs',
  sources: ['B', 'C'],
  reason: null,
} as unknown as ReplicaDetail;

it.each([
  [{}, 'The copy on A is damaged: The checksum differs. It is being repaired from B or C.'],
  [
    { reason: 'A is closed.' },
    'The copy on A is damaged: The checksum differs. It is being repaired from B or C. A is closed.',
  ],
  [
    { sources: [] },
    'The copy on A is damaged: The checksum differs. No good copy is left: upload the file again.',
  ],
  [
    { locks: 0, sources: ['B'] },
    'The copy on A is damaged: The checksum differs. No rule keeps it, so it is being removed; a good copy is on B.',
  ],
  [{ damage: null, reason: 'A is closed.' }, 'A is closed.'],
])('says what is wrong with a replica and what comes next: %j', (change, sentence) =>
  expect(replicaSentence({ ...damaged, ...change })).toBe(sentence),
);

it('shows a replica as damaged until its repair has arrived', () => {
  const row = (state: string) =>
    [
      { scope: 's', name: 'f', states: { A: state }, rses: { A: ['https://a/f'] } },
    ] as unknown as ReplicaRow[];
  expect(replicaConditions(row('UNAVAILABLE'), [damaged])).toMatchObject([
    { element: 'A', state: 'BAD', pfn: undefined, sentence: expect.stringContaining('repaired from B or C') },
  ]);
  expect(replicaConditions(row('AVAILABLE'), [damaged])).toMatchObject([
    { state: 'AVAILABLE', pfn: 'https://a/f', sentence: null },
  ]);
});

it('groups metadata and leaves out what is empty', () =>
  expect(
    metadataGroups(
      { experiment: 'ORCA', workflow_run_id: 'r1' },
      { bytes: 3, account: 'eva', project: null },
    ),
  ).toEqual([
    { title: 'Described by people', entries: [{ key: 'experiment', text: 'ORCA' }] },
    { title: 'Made by a run', entries: [{ key: 'workflow_run_id', text: 'r1' }] },
    { title: 'Sizes, checksums and times', entries: [{ key: 'bytes', text: '3' }] },
    { title: 'Kept by the lake', entries: [{ key: 'account', text: 'eva' }] },
  ]));

it('says what a protocol is used for', () =>
  expect(
    protocolUses({
      scheme: 'davs',
      hostname: 'h',
      port: 1,
      prefix: '/',
      impl: '',
      domains: { lan: {}, wan: { read: 1, write: 2, delete: null, third_party_copy_read: 1 } },
      extended_attributes: null,
    }),
  ).toBe('Used to read, write, and be copied from.'));
