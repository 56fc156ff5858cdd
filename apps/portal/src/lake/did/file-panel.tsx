import { Stack } from '@mantine/core';
import type { ScopedName } from '@vre/protocol-rucio';
import { Panel } from '../../design/panel.tsx';
import { FilePreview } from '../../preview/file-preview.tsx';
import { fileAddress } from '../did-path.ts';
import { ParentsPanel } from './parents-panel.tsx';

/** A look into a file of the lake, and the datasets it belongs to. */
export function FilePanel({ did, bytes }: { readonly did: ScopedName; readonly bytes: number | null }) {
  return (
    <Stack gap="md">
      <Panel title="Preview">
        <FilePreview name={did.name} bytes={bytes ?? undefined} address={`${fileAddress(did)}?preview=1`} />
      </Panel>
      <ParentsPanel did={did} />
    </Stack>
  );
}
