import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlayerStop } from '@tabler/icons-react';
import { ConfirmDialog } from '../../design/confirm-dialog.tsx';
import { useStopServer } from './use-server-actions.ts';

type Props = {
  readonly server: string;
  /** What is stopped, in a sentence: "Minimal". */
  readonly title: string;
  /** Whose server it is; the person's own when missing. */
  readonly user?: string;
  readonly size?: 'xs' | 'sm';
  /** A start that has not come to its end loses nothing. */
  readonly coming?: boolean;
};

/** Stops a server after asking, or calls off its start. */
export function StopButton({ server, title, user, size = 'sm', coming = false }: Props) {
  const [asking, dialog] = useDisclosure(false);
  const stop = useStopServer(server, user);
  const whose = user === undefined ? '' : ` of ${user}`;
  return (
    <>
      <Button
        variant="default"
        size={size}
        leftSection={<IconPlayerStop size={16} aria-hidden />}
        aria-label={`Stop ${title}${whose}`}
        onClick={dialog.open}
      >
        Stop
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={dialog.close}
        title={`Stop ${title}${whose}?`}
        action="Stop the server"
        mutation={stop}
        what="The server could not be stopped."
      >
        {coming
          ? 'The start is called off; the environment that was built so far is kept.'
          : 'Kernels and terminals end, and what was not saved is lost. Files in the home stay.'}
      </ConfirmDialog>
    </>
  );
}
