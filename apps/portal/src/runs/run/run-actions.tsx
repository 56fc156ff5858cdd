import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlayerStop, IconReload, IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import type { RunStatus } from '@vre/protocol-reana';
import { ConfirmDialog } from '../../design/confirm-dialog.tsx';
import { RestartDialog } from './restart-dialog.tsx';
import { useDeleteRun, useStopRun } from './use-run-actions.ts';

type Props = { readonly id: string; readonly name: string; readonly status: RunStatus };

/** Stop, run again, delete: each asks first, each only where it is possible. */
export function RunActions({ id, name, status }: Props) {
  const navigate = useNavigate();
  const [stopping, stopDialog] = useDisclosure(false);
  const [deleting, deleteDialog] = useDisclosure(false);
  const [restarting, restartDialog] = useDisclosure(false);
  const stop = useStopRun(id);
  const remove = useDeleteRun(id);
  const canStop = status === 'running';
  const canRestart = status === 'finished' || status === 'failed';
  const canDelete = status !== 'running' && status !== 'deleted';
  return (
    <Group gap="xs">
      {canStop ? (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={16} aria-hidden />}
          onClick={stopDialog.open}
        >
          Stop
        </Button>
      ) : null}
      {canRestart ? (
        <Button
          variant="default"
          leftSection={<IconReload size={16} aria-hidden />}
          onClick={restartDialog.open}
        >
          Run again
        </Button>
      ) : null}
      {canDelete ? (
        <Button
          variant="default"
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={deleteDialog.open}
        >
          Delete
        </Button>
      ) : null}
      <ConfirmDialog
        opened={stopping}
        onClose={stopDialog.close}
        title={`Stop ${name}?`}
        action="Stop the run"
        mutation={stop}
        what="The run could not be stopped."
      >
        Steps that are running are ended; files written so far stay in the workspace.
      </ConfirmDialog>
      <ConfirmDialog
        opened={deleting}
        onClose={deleteDialog.close}
        onDone={() => void navigate({ to: '/runs' })}
        title={`Delete ${name}?`}
        action="Delete the run"
        mutation={remove}
        what="The run could not be deleted."
      >
        The workspace with all its files is removed for good. What was registered in the data lake stays.
      </ConfirmDialog>
      {restarting ? <RestartDialog id={id} name={name} onClose={restartDialog.close} /> : null}
    </Group>
  );
}
