import { Alert, Paper, Stack } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { isEnded, type Progress, type RunStatus } from '@vre/protocol-reana';
import { Elapsed } from '../../design/elapsed.tsx';
import { Facts } from '../../design/facts.tsx';
import { Moment } from '../../design/moment.tsx';
import { parseMoment } from '../../units/moment.ts';
import { RunProgress } from '../run-progress.tsx';
import { runTimes } from '../run-times.ts';
import { useSteps } from './use-run.ts';

type Props = {
  readonly id: string;
  readonly status: RunStatus;
  readonly progress: Progress;
  readonly created: string;
};

/** Times and progress of a run, and why it failed or waits. */
export function RunSummary({ id, status, progress, created }: Props) {
  const { start, end } = runTimes(progress);
  const steps = useSteps(id, isEnded(status));
  const { reason, warnings = [] } = steps.data ?? {};
  return (
    <Stack gap="sm">
      <Paper withBorder p="md">
        <Facts
          facts={[
            { label: 'Duration', value: <Elapsed start={start} end={end} /> },
            { label: 'Steps', value: <RunProgress progress={progress} name="this run" /> },
            { label: 'Created', value: <Moment at={parseMoment(created)} /> },
            { label: 'Started', value: <Moment at={start} /> },
            { label: 'Ended', value: <Moment at={end} /> },
            { label: 'Identifier', value: <span className="mono">{id}</span>, copy: id },
          ]}
        />
      </Paper>
      {reason === undefined ? null : (
        <Alert
          color={status === 'failed' ? 'red' : 'gray'}
          icon={<IconAlertTriangle aria-hidden />}
          title={status === 'failed' ? 'Why it failed' : 'Note'}
        >
          {reason}
        </Alert>
      )}
      {warnings.length === 0 ? null : (
        <Alert color="gray" icon={<IconInfoCircle aria-hidden />} title="The platform remarks">
          {warnings.map((warning) => (
            <div key={warning}>{warning}</div>
          ))}
        </Alert>
      )}
    </Stack>
  );
}
