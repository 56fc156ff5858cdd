import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { UseMutationResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ProblemBox } from './problem-box.tsx';

type Props = {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onDone?: () => void;
  readonly title: string;
  /** The words on the button: what will happen. */
  readonly action: string;
  readonly mutation: UseMutationResult<unknown, Error, void>;
  /** The sentence when it failed. */
  readonly what: string;
  readonly children: ReactNode;
};

/** Asks before something that cannot be undone, and says when it failed. */
export function ConfirmDialog({ opened, onClose, onDone, title, action, mutation, what, children }: Props) {
  const confirm = () =>
    mutation.mutate(undefined, {
      onSuccess: () => {
        onClose();
        onDone?.();
      },
    });
  return (
    <Modal opened={opened} onClose={onClose} title={title}>
      <Stack>
        <Text size="sm" component="div">
          {children}
        </Text>
        {mutation.isError ? <ProblemBox what={what} error={mutation.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button color="red.9" loading={mutation.isPending} onClick={confirm}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
