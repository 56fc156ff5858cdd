import { Button, Group, Modal, Stack } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { FilePreview } from '../../preview/file-preview.tsx';
import { runsClient } from '../runs-client.ts';

type Props = {
  readonly run: string;
  readonly path: string;
  readonly bytes: number | undefined;
  readonly onClose: () => void;
};

/** One file of a workspace, large. */
export function FileDialog({ run, path, bytes, onClose }: Props) {
  return (
    <Modal opened onClose={onClose} title={path} size="xl">
      <Stack>
        <FilePreview name={path} bytes={bytes} address={runsClient.fileUrl(run, path, { preview: true })} />
        <Group justify="flex-end">
          <Button
            component="a"
            href={runsClient.fileUrl(run, path)}
            download
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
          >
            Download
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
