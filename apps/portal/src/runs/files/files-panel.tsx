import { Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconFolderOff, IconSearch } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { Loaded } from '../../design/loaded.tsx';
import { NothingHere } from '../../design/nothing-here.tsx';
import { plural } from '../../units/count.ts';
import { FileDialog } from './file-dialog.tsx';
import { FilesTable } from './files-table.tsx';
import { ImageGallery } from './image-gallery.tsx';
import { filesShown, useRunFiles } from './use-run-files.ts';

const route = getRouteApi('/runs/$run');

/** What lies in the workspace: images at a glance, every file with preview and download. */
export function FilesPanel({ id, ended }: { readonly id: string; readonly ended: boolean }) {
  const { name = '', file } = route.useSearch();
  const navigate = route.useNavigate();
  const files = useRunFiles(id, name, ended);
  const show = (next: { name?: string; file?: string }) =>
    void navigate({ search: { tab: 'files', ...(name === '' ? {} : { name }), ...next }, replace: true });
  const putName = useDebouncedCallback(
    (value: string) =>
      void navigate({ search: { tab: 'files', ...(value === '' ? {} : { name: value }) }, replace: true }),
    250,
  );
  return (
    <Stack gap="md">
      <TextInput
        label="Name"
        placeholder="Part of the name"
        defaultValue={name}
        onChange={(event) => putName(event.currentTarget.value)}
        leftSection={<IconSearch size={16} aria-hidden />}
        w={{ base: '100%', xs: 280 }}
      />
      <Loaded query={files} what="the files">
        {({ items, total }) =>
          items.length === 0 ? (
            <NothingHere
              icon={IconFolderOff}
              title={name === '' ? 'The workspace is empty' : 'No file fits the name'}
            >
              {name === ''
                ? 'Steps write their results here; deleted runs have no files.'
                : 'Shorten the name.'}
            </NothingHere>
          ) : (
            <Stack gap="md">
              <ImageGallery run={id} files={items} onOpen={(path) => show({ file: path })} />
              <FilesTable run={id} files={items} onOpen={(path) => show({ file: path })} />
              <Text size="sm" c="dimmed" role="status">
                {plural(total, 'file')}
                {total > filesShown ? `, the first ${filesShown} are shown: search to see others` : ''}
              </Text>
              {file === undefined ? null : (
                <FileDialog
                  run={id}
                  path={file}
                  bytes={items.find((item) => item.name === file)?.size.raw}
                  onClose={() => show({})}
                />
              )}
            </Stack>
          )
        }
      </Loaded>
    </Stack>
  );
}
