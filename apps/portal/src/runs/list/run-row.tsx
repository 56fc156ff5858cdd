import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { RunItem } from '@vre/protocol-reana';
import { Elapsed } from '../../design/elapsed.tsx';
import { Moment } from '../../design/moment.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { Table } from '../../design/table.tsx';
import { formatBytes } from '../../units/bytes.ts';
import { parseMoment } from '../../units/moment.ts';
import { RunProgress } from '../run-progress.tsx';
import { runLooks } from '../run-state.ts';
import { runTimes } from '../run-times.ts';

/** One run of the list. */
export function RunRow({ run }: { readonly run: RunItem }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={500}>
        <Anchor
          component={Link}
          to="/runs/$run"
          params={{ run: run.id } as never}
          style={{ overflowWrap: 'anywhere' }}
        >
          {run.name}
        </Anchor>
        {run.x_reason === undefined ? null : (
          <Text size="xs" c="dimmed" lineClamp={2}>
            {run.x_reason}
          </Text>
        )}
      </Table.Th>
      <Table.Td>
        <StateBadge {...runLooks[run.status]} />
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <RunProgress progress={run.progress} name={run.name} />
      </Table.Td>
      <Table.Td visibleFrom="xs" className="numbers">
        <Elapsed {...runTimes(run.progress)} />
      </Table.Td>
      <Table.Td visibleFrom="md" className="numbers">
        {run.size === undefined || run.size.raw < 0 ? '–' : formatBytes(run.size.raw)}
      </Table.Td>
      <Table.Td visibleFrom="sm" className="numbers">
        <Moment at={parseMoment(run.created)} relative />
      </Table.Td>
    </Table.Tr>
  );
}
