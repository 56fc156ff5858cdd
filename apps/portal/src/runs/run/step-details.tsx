import { Button, Group, Stack } from '@mantine/core';
import { IconTerminal2 } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { CodeBlock } from '../../design/code-block.tsx';
import { type Fact, Facts } from '../../design/facts.tsx';
import { Moment } from '../../design/moment.tsx';
import type { Step } from './step.ts';

/** What ran, where, in which environment, and how it ended. */
export function StepDetails({ run, step }: { readonly run: string; readonly step: Step }) {
  const facts: Fact[] = [
    { label: 'Image asked for', value: <span className="mono">{step.image}</span>, copy: step.image },
    { label: 'Environment that ran', value: step.environment ?? 'the image itself' },
    { label: 'Back-end', value: step.backend },
    ...(step.isolation === undefined ? [] : [{ label: 'Isolation', value: step.isolation }]),
    ...(step.ending === undefined ? [] : [{ label: 'How it ended', value: step.ending }]),
    { label: 'Started', value: <Moment at={step.start} /> },
    { label: 'Ended', value: <Moment at={step.end} /> },
  ];
  return (
    <Stack gap="sm">
      <CodeBlock label={`command of ${step.name}`} text={step.command} maxHeight={240} />
      <Facts facts={facts} />
      <Group>
        <Button
          component={Link}
          to="/runs/$run"
          params={{ run } as never}
          search={{ tab: 'log', step: step.id } as never}
          size="xs"
          variant="default"
          leftSection={<IconTerminal2 size={14} aria-hidden />}
        >
          Log of this step
        </Button>
      </Group>
    </Stack>
  );
}
