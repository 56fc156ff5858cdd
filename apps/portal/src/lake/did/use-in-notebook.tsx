import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconNotebook } from '@tabler/icons-react';
import type { ScopedName } from '@vre/protocol-rucio';
import { lazy, Suspense } from 'react';

const NotebookDialog = lazy(async () => ({
  default: (await import('./notebook-dialog.tsx')).NotebookDialog,
}));

/** How a notebook gets at the data. */
export function UseInNotebook({ did, isFile }: { readonly did: ScopedName; readonly isFile: boolean }) {
  const [opened, dialog] = useDisclosure(false);
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconNotebook size={16} aria-hidden />}
        onClick={dialog.open}
        aria-haspopup="dialog"
      >
        Use in a notebook
      </Button>
      {opened ? (
        <Suspense>
          <NotebookDialog did={did} isFile={isFile} onClose={dialog.close} />
        </Suspense>
      ) : null}
    </>
  );
}
