import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react';
import { explainProblem } from '../gateway/problem.ts';
import { CopyButton } from './copy-button.tsx';

type Props = {
  /** What did not work, as a sentence: "The runs could not be loaded." */
  readonly what: string;
  readonly error: unknown;
  readonly onRetry?: (() => unknown) | undefined;
};

/** What happened, why, what to do, and the reference for an operator. */
export function ProblemBox({ what, error, onRetry }: Props) {
  const { why, next, reference } = explainProblem(error);
  return (
    <Alert role="alert" color="red" icon={<IconAlertTriangle aria-hidden />} title={what}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{why}</Text>
        <Text size="sm">{next}</Text>
        <Group gap="xs">
          {onRetry === undefined ? null : (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconRefresh size={14} aria-hidden />}
              onClick={() => void onRetry()}
            >
              Try again
            </Button>
          )}
          {reference === undefined ? null : (
            <Group gap={4}>
              <Text size="xs" c="dimmed">
                Reference {reference}
              </Text>
              <CopyButton value={reference} label="Copy reference" />
            </Group>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}
