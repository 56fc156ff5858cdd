import { ActionIcon, Stack, Text, TextInput, Tooltip } from '@mantine/core';
import { IconDownload, IconFolderOpen, IconSearch } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { type ContentRow, type ScopedName, scopedName } from '@vre/protocol-rucio';
import { CodeBlock } from '../../design/code-block.tsx';
import { Loaded } from '../../design/loaded.tsx';
import { NothingHere } from '../../design/nothing-here.tsx';
import { type Column, VirtualTable } from '../../design/virtual-table.tsx';
import { formatBytes } from '../../units/bytes.ts';
import { plural } from '../../units/count.ts';
import { DidLink } from '../did-link.tsx';
import { fileAddress } from '../did-path.ts';
import { DidTypeBadge } from '../did-type-badge.tsx';
import { ParentsPanel } from './parents-panel.tsx';
import { useContent } from './use-did.ts';

const route = getRouteApi('/lake/dids/$scope/$');

const columns: readonly Column<ContentRow>[] = [
  { header: 'Name', cell: (row) => <DidLink did={scopedName(row)} label={row.name} /> },
  { header: 'Type', width: '8rem', secondary: true, cell: ({ type }) => <DidTypeBadge type={type} /> },
  {
    header: 'Checksum',
    width: '8rem',
    secondary: true,
    cell: ({ adler32 }) => <span className="mono">{adler32 ?? '–'}</span>,
  },
  {
    header: 'Size',
    width: '6.5rem',
    align: 'end',
    cell: ({ bytes }) => (bytes === null || bytes === undefined ? '–' : formatBytes(bytes)),
  },
  {
    header: 'Get',
    width: '4rem',
    align: 'end',
    cell: (row) =>
      row.type === 'FILE' ? (
        <Tooltip label="Download">
          <ActionIcon
            component="a"
            href={fileAddress(row)}
            download
            variant="subtle"
            color="gray"
            aria-label={`Download ${row.name}`}
          >
            <IconDownload size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      ) : null,
  },
];

/** What a collection holds. */
export function ContentPanel({ did }: { readonly did: ScopedName }) {
  const { name = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const content = useContent(did);
  return (
    <Stack gap="md">
      <TextInput
        label="Name"
        placeholder="Part of the name"
        value={name}
        onChange={(event) => {
          const { value } = event.currentTarget;
          void navigate({
            search: { tab: 'content', ...(value === '' ? {} : { name: value }) },
            replace: true,
          });
        }}
        leftSection={<IconSearch size={16} aria-hidden />}
        w={{ base: '100%', xs: 280 }}
      />
      <Loaded query={content} what="the content" rows={8}>
        {(all) => {
          const rows = all.filter((row) => row.name.toLowerCase().includes(name.toLowerCase()));
          return rows.length === 0 ? (
            <NothingHere
              icon={IconFolderOpen}
              title={all.length === 0 ? 'Nothing is attached yet' : 'Nothing fits the name'}
              {...(all.length === 0
                ? { commands: `rucio upload --rse LOCAL-A ${scopedName(did)} ./my-files/*` }
                : {})}
            />
          ) : (
            <Stack gap="sm">
              <VirtualTable label="Content" rows={rows} rowKey={scopedName} columns={columns} />
              <Text size="sm" c="dimmed" role="status">
                {plural(rows.length, 'entry', 'entries')}
              </Text>
            </Stack>
          );
        }}
      </Loaded>
      <CodeBlock label="download command" text={`rucio download ${scopedName(did)}`} />
      <ParentsPanel did={did} />
    </Stack>
  );
}
