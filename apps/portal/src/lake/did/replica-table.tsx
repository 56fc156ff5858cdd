import { Group, Stack, Text } from '@mantine/core';
import { CopyButton } from '../../design/copy-button.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { type Column, VirtualTable } from '../../design/virtual-table.tsx';
import { DidLink } from '../did-link.tsx';
import type { ReplicaCondition } from './replica-condition.ts';
import { replicaLook } from './replica-state.ts';
import classes from './replica-table.module.css';

const columns: readonly Column<ReplicaCondition>[] = [
  {
    header: 'File',
    cell: ({ scope, name, pfn, sentence }) => (
      <Stack gap={2}>
        <DidLink did={`${scope}:${name}`} label={name} />
        {sentence === null ? null : (
          <Text size="xs" className={classes.reason}>
            {sentence}
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

/** Every replica with state, address, checksum and, where something is wrong, what happens next. */
export function ReplicaTable({ replicas }: { readonly replicas: readonly ReplicaCondition[] }) {
  return (
    <VirtualTable
      label="Replicas"
      rows={replicas}
      rowKey={({ scope, name, element }) => `${element} ${scope}:${name}`}
      columns={columns}
    />
  );
}
