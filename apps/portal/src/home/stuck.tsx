import { Anchor, Group, Stack, Text } from '@mantine/core';
import { Crumb } from '../design/crumb.tsx';
import { Panel } from '../design/panel.tsx';
import { ProblemBox } from '../design/problem-box.tsx';
import { StateBadge } from '../design/state-badge.tsx';
import classes from './home.module.css';
import { useStuck } from './use-stuck.ts';

const shown = 5;

/** What needs a person, with reason and next action; nothing at all when all is well. */
export function Stuck() {
  const { things, error } = useStuck();
  if (error !== null && things.length === 0) {
    return <ProblemBox what="Could not ask what needs attention." error={error} />;
  }
  if (things.length === 0) return null;
  return (
    <Panel title="Needs your attention">
      <ul className={classes.list}>
        {things.slice(0, shown).map(({ key, kind, title, word, reason, next, to }) => (
          <li key={key} className={classes.item}>
            <Group justify="space-between" align="flex-start" gap="sm" wrap="nowrap">
              <Stack gap={2} miw={0}>
                <Anchor component={Crumb} to={to} className={classes.name}>
                  {kind} {title}
                </Anchor>
                <Text size="sm">{reason}</Text>
                <Text size="sm" c="dimmed">
                  {next}
                </Text>
              </Stack>
              <StateBadge tone={kind === 'Run' ? 'bad' : 'attention'} word={word} />
            </Group>
          </li>
        ))}
      </ul>
      {things.length > shown ? (
        <Text size="sm" c="dimmed">
          … and {things.length - shown} more.
        </Text>
      ) : null}
    </Panel>
  );
}
