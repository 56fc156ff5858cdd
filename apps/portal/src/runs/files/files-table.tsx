import { ActionIcon, Anchor, Tooltip } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import type { FileList } from '@vre/protocol-reana';
import { Moment } from '../../design/moment.tsx';
import { Table } from '../../design/table.tsx';
import { previewKind } from '../../preview/preview-kind.ts';
import { formatBytes } from '../../units/bytes.ts';
import { parseMoment } from '../../units/moment.ts';
import { runsClient } from '../runs-client.ts';

type Props = {
  readonly run: string;
  readonly files: FileList['items'];
  readonly onOpen: (path: string) => void;
};

/** Every file with size, age, preview and download. */
export function FilesTable({ run, files, onOpen }: Props) {
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">Name</Table.Th>
          <Table.Th scope="col" ta="right">
            Size
          </Table.Th>
          <Table.Th scope="col" visibleFrom="sm">
            Changed
          </Table.Th>
          <Table.Th scope="col">
            <span aria-hidden />
            Get
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {files.map((file) => (
          <Table.Tr key={file.name}>
            <Table.Th scope="row" fw={400} style={{ overflowWrap: 'anywhere' }}>
              {previewKind(file.name) === 'none' ? (
                file.name
              ) : (
                <Anchor component="button" type="button" ta="start" onClick={() => onOpen(file.name)}>
                  {file.name}
                </Anchor>
              )}
            </Table.Th>
            <Table.Td ta="right" className="numbers" style={{ whiteSpace: 'nowrap' }}>
              {formatBytes(file.size.raw)}
            </Table.Td>
            <Table.Td visibleFrom="sm">
              <Moment at={parseMoment(file['last-modified'])} relative />
            </Table.Td>
            <Table.Td w={48}>
              <Tooltip label="Download">
                <ActionIcon
                  component="a"
                  href={runsClient.fileUrl(run, file.name)}
                  download
                  variant="subtle"
                  color="gray"
                  aria-label={`Download ${file.name}`}
                >
                  <IconDownload size={16} aria-hidden />
                </ActionIcon>
              </Tooltip>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
