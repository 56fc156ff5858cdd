import { Anchor, Modal, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ScopedName } from '@vre/protocol-rucio';
import { CodeBlock } from '../../design/code-block.tsx';
import { InPlaceLines } from './in-place-lines.tsx';
import { downloadCommand, downloadLines } from './notebook-lines.ts';

type Props = { readonly did: ScopedName; readonly isFile: boolean; readonly onClose: () => void };

/** Lines of Python to copy: reading in place where the file lies on this platform, downloading anywhere. */
export function NotebookDialog({ did, isFile, onClose }: Props) {
  return (
    <Modal opened onClose={onClose} title="Use in a notebook" size="lg">
      <Stack>
        <Text size="sm">
          Start a server on the page{' '}
          <Anchor component={Link} to="/notebooks" underline="always">
            Notebooks
          </Anchor>{' '}
          and paste the lines into a Python cell. Nothing has to be configured.
        </Text>
        {isFile ? <InPlaceLines did={did} /> : null}
        <Title order={3}>Download it</Title>
        <CodeBlock label="lines that download" text={downloadLines(did)} />
        <Text size="sm">In an environment without the Rucio clients, in a terminal of the server:</Text>
        <CodeBlock label="download command" text={downloadCommand(did)} />
      </Stack>
    </Modal>
  );
}
