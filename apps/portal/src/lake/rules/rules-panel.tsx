import { Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconShieldOff } from '@tabler/icons-react';
import type { ScopedName } from '@vre/protocol-rucio';
import { Loaded } from '../../design/loaded.tsx';
import { NothingHere } from '../../design/nothing-here.tsx';
import { plural } from '../../units/count.ts';
import { AddRuleDialog } from './add-rule-dialog.tsx';
import { RuleCard } from './rule-card.tsx';
import { useRulesOf } from './use-rules.ts';

/** The rules that keep copies of a DID. */
export function RulesPanel({ did }: { readonly did: ScopedName }) {
  const rules = useRulesOf(did);
  const [adding, dialog] = useDisclosure(false);
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Text size="sm" c="dimmed" role="status">
          {rules.data === undefined ? '' : plural(rules.data.length, 'rule')}
        </Text>
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={dialog.open}>
          Add rule
        </Button>
      </Group>
      <Loaded query={rules} what="the rules" rows={3}>
        {(all) =>
          all.length === 0 ? (
            <NothingHere icon={IconShieldOff} title="No rule protects it">
              Without a rule the replicas may be removed when space is needed. Add one to keep as many copies
              as you want.
            </NothingHere>
          ) : (
            <Stack gap="sm">
              {all.map((rule) => (
                <RuleCard key={rule.id} rule={rule} />
              ))}
            </Stack>
          )
        }
      </Loaded>
      {adding ? <AddRuleDialog did={did} onClose={dialog.close} /> : null}
    </Stack>
  );
}
