import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconReload } from '@tabler/icons-react';
import { ConfirmDialog } from '../../design/confirm-dialog.tsx';
import type { ServerView } from './server-view.ts';
import { useRestartServer } from './use-server-actions.ts';

/** Stops a server and starts it again from the same card, after asking. */
export function RestartButton({ server, title }: { readonly server: ServerView; readonly title: string }) {
  const [asking, dialog] = useDisclosure(false);
  const restart = useRestartServer(server);
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconReload size={16} aria-hidden />}
        aria-label={`Restart ${title}`}
        onClick={dialog.open}
      >
        Restart
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={dialog.close}
        title={`Restart ${title}?`}
        action="Restart the server"
        mutation={restart}
        what="The server could not be restarted."
      >
        Kernels and terminals end, and what was not saved is lost. Files in the home stay; the server comes
        back with the environment as it is now.
      </ConfirmDialog>
    </>
  );
}
