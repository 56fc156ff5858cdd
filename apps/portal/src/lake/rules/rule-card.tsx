import { Button, Group, Paper, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconTrash } from '@tabler/icons-react';
import type { RuleRow } from '@vre/protocol-rucio';
import { ConfirmDialog } from '../../design/confirm-dialog.tsx';
import { Facts } from '../../design/facts.tsx';
import { Moment } from '../../design/moment.tsx';
import { Remaining } from '../../design/remaining.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { plural } from '../../units/count.ts';
import { parseMoment } from '../../units/moment.ts';
import { RuleProgressBar } from './rule-progress-bar.tsx';
import { ruleLooks } from './rule-state.ts';
import { StuckFiles } from './stuck-files.tsx';
import { useDeleteRule } from './use-rules.ts';

/** One rule: its wish, how far it is, why it is stuck. */
export function RuleCard({ rule }: { readonly rule: RuleRow }) {
  const [deleting, dialog] = useDisclosure(false);
  const remove = useDeleteRule(rule.id);
  const wish = `${plural(rule.copies, 'copy', 'copies')} on ${rule.rse_expression}`;
  return (
    <Paper component="article" withBorder p="md" aria-label={`Rule: ${wish}`}>
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Group gap="sm">
            <StateBadge {...ruleLooks[rule.state]} />
            <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
              {wish}
            </Text>
          </Group>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconTrash size={14} aria-hidden />}
            disabled={rule.locked}
            onClick={dialog.open}
          >
            Delete
          </Button>
        </Group>
        <RuleProgressBar rule={rule} />
        {rule.error === null || rule.error === '' ? null : <Text size="sm">{rule.error}</Text>}
        <StuckFiles rule={rule} />
        <Facts
          facts={[
            { label: 'Account', value: rule.account },
            {
              label: 'Expires',
              value: rule.expires_at === null ? 'never' : <Remaining until={parseMoment(rule.expires_at)} />,
            },
            { label: 'Created', value: <Moment at={parseMoment(rule.created_at)} relative /> },
            ...(rule.comments ? [{ label: 'Comment', value: rule.comments }] : []),
            { label: 'Identifier', value: <span className="mono">{rule.id}</span>, copy: rule.id },
          ]}
        />
      </Stack>
      <ConfirmDialog
        opened={deleting}
        onClose={dialog.close}
        title="Delete this rule?"
        action="Delete the rule"
        mutation={remove}
        what="The rule could not be deleted."
      >
        Copies that no other rule protects are removed after an hour. The data identifier stays.
      </ConfirmDialog>
    </Paper>
  );
}
