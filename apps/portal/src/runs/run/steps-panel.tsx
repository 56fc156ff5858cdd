import '@mantine/core/styles/Accordion.css';
import { Accordion, Group, Text } from '@mantine/core';
import { IconHourglass } from '@tabler/icons-react';
import { Elapsed } from '../../design/elapsed.tsx';
import { Loaded } from '../../design/loaded.tsx';
import { NothingHere } from '../../design/nothing-here.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { jobLooks } from '../run-state.ts';
import { StepDetails } from './step-details.tsx';
import classes from './steps-panel.module.css';
import { useSteps } from './use-run.ts';

/** The steps in order, each with what ran and how it ended. */
export function StepsPanel({ id, ended }: { readonly id: string; readonly ended: boolean }) {
  const steps = useSteps(id, ended);
  return (
    <Loaded query={steps} what="the steps">
      {({ steps: all }) =>
        all.length === 0 ? (
          <NothingHere icon={IconHourglass} title={ended ? 'No step ran' : 'No step has started yet'}>
            {ended
              ? 'The run ended before its first step; the engine’s log says why.'
              : 'The first one appears here within a second of its start.'}
          </NothingHere>
        ) : (
          <Accordion variant="contained" multiple order={2} className={classes.steps}>
            {all.map((step) => (
              <Accordion.Item key={step.id} value={step.id}>
                <Accordion.Control>
                  <Group gap="sm" wrap="nowrap" className={classes.line}>
                    <StateBadge {...jobLooks[step.status]} />
                    <Text size="sm" fw={600} className={classes.name}>
                      {step.name}
                    </Text>
                    <Text size="sm" c="dimmed" visibleFrom="sm" truncate className={classes.ending}>
                      {step.environment ?? step.image} ·{' '}
                      {step.status === 'failed' ? step.ending : step.command}
                    </Text>
                    <Text size="sm" className="numbers" style={{ whiteSpace: 'nowrap' }}>
                      <Elapsed start={step.start} end={step.end ?? (ended ? step.start : undefined)} />
                    </Text>
                  </Group>
                </Accordion.Control>
                <Accordion.Panel>
                  <StepDetails run={id} step={step} />
                </Accordion.Panel>
              </Accordion.Item>
            ))}
          </Accordion>
        )
      }
    </Loaded>
  );
}
