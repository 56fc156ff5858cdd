import { Group, Stack, Text } from '@mantine/core';
import type { ReplicaDetail, ReplicaRow } from '@vre/protocol-rucio';
import { CopyButton } from '../../design/copy-button.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { type Column, VirtualTable } from '../../design/virtual-table.tsx';
import { DidLink } from '../did-link.tsx';
import { replicaLook } from './replica-state.ts';
import classes from './replica-table.module.css';

type Replica = {
  readonly scope: string;
  readonly name: string;
  readonly element: string;
  readonly state: string;
  readonly pfn: string | undefined;
  readonly checksum: string | null;
  readonly reason: string | null;
};

type Props = { readonly files: readonly ReplicaRow[]; readonly details: readonly ReplicaDetail[] };

const replicasOf = ({ files, details }: Props): readonly Replica[] => {
  const reasons = new Map(details.map(({ scope, name, rse, reason }) => [`${rse} ${scope}:${name}`, reason]));
  return files.flatMap(({ scope, name, adler32, states, rses }) =>
    Object.entries(states).map(([element, state]) => ({
      scope,
      name,
      element,
      state,
      pfn: rses[element]?.[0],
      checksum: adler32,
      reason: reasons.get(`${element} ${scope}:${name}`) ?? null,
    })),
  );
};

const columns: readonly Column<Replica>[] = [
  {
    header: 'File',
    cell: ({ scope, name, pfn, reason }) => (
      <Stack gap={2}>
        <DidLink did={`${scope}:${name}`} label={name} />
        {reason === null ? null : (
          <Text size="xs" className={classes.reason}>
            {reason}
          </Text>
        )}
        {pfn === undefined ? null : (
          <Group gap={4} wrap="nowrap">
            <Text size="xs" c="dimmed" className="mono" truncate>
              {pfn}
            </Text>
            <CopyButton value={pfn} label={`Copy address of ${name}`} />
          </Group>
        )}
      </Stack>
    ),
  },
  { header: 'Element', width: 'clamp(4.5rem, 20vw, 8rem)', cell: ({ element }) => element },
  {
    header: 'State',
    width: 'clamp(6.9rem, 28vw, 9rem)',
    cell: ({ state }) => <StateBadge {...replicaLook(state)} />,
  },
  {
    header: 'Checksum',
    width: '8rem',
    secondary: true,
    cell: ({ checksum }) => <span className="mono">{checksum ?? '–'}</span>,
  },
];

/** Every replica with state, address, checksum and, if it is bad, the reason. */
export function ReplicaTable(props: Props) {
  return (
    <VirtualTable
      label="Replicas"
      rows={replicasOf(props)}
      rowKey={({ scope, name, element }) => `${element} ${scope}:${name}`}
      columns={columns}
    />
  );
}
