import { Anchor, Group, Stack, Text } from '@mantine/core';
import { IconArrowsSplit2 } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Elapsed } from '../design/elapsed.tsx';
import { Loaded } from '../design/loaded.tsx';
import { Moment } from '../design/moment.tsx';
import { NothingHere } from '../design/nothing-here.tsx';
import { Panel } from '../design/panel.tsx';
import { StateBadge } from '../design/state-badge.tsx';
import { firstRunCommands } from '../runs/first-run-commands.ts';
import { useRuns } from '../runs/list/use-runs.ts';
import { RunProgress } from '../runs/run-progress.tsx';
import { activeStatuses, runLooks } from '../runs/run-state.ts';
import { runTimes } from '../runs/run-times.ts';
import { parseMoment } from '../units/moment.ts';
import classes from './home.module.css';

const shown = 6;

/** The newest runs; those that are going on show their progress. */
export function RecentRuns() {
  const runs = useRuns({}, shown);
  return (
    <Panel
      title="Runs"
      aside={
        <Anchor component={Link} to="/runs" size="sm">
          All runs
        </Anchor>
      }
    >
      <Loaded query={runs} what="the runs" rows={4}>
        {({ items }) =>
          items.length === 0 ? (
            <NothingHere icon={IconArrowsSplit2} title="No runs yet" commands={firstRunCommands}>
              Describe an analysis in a reana.yaml and start it from your computer.
            </NothingHere>
          ) : (
            <ul className={classes.list}>
              {items.map((run) => (
                <li key={run.id} className={classes.item}>
                  <Group justify="space-between" gap="sm" wrap="nowrap">
                    <Stack gap={0} miw={0}>
                      <Anchor
                        component={Link}
                        to="/runs/$run"
                        params={{ run: run.id } as never}
                        className={classes.name}
                      >
                        {run.name}
                      </Anchor>
                      <Text size="xs" c="dimmed" component="div">
                        {run.status === 'queued' || run.status === 'pending' ? (
                          <>
                            waiting, created <Moment at={parseMoment(run.created)} relative />
                          </>
                        ) : activeStatuses.includes(run.status) ? (
                          <RunProgress progress={run.progress} name={run.name} />
                        ) : (
                          <>
                            <Moment at={parseMoment(run.created)} relative />, took{' '}
                            <Elapsed {...runTimes(run.progress)} />
                          </>
                        )}
                      </Text>
                    </Stack>
                    <StateBadge {...runLooks[run.status]} />
                  </Group>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}
