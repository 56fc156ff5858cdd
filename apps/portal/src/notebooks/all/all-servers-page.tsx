import '@mantine/core/styles/Pagination.css';
import { Group, Pagination, Stack, Text } from '@mantine/core';
import { IconLock, IconNotebook } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useSession } from '../../access/use-session.ts';
import { Loaded } from '../../design/loaded.tsx';
import { NothingHere } from '../../design/nothing-here.tsx';
import { Page } from '../../design/page.tsx';
import { plural } from '../../units/count.ts';
import { AllServersTable } from './all-servers-table.tsx';
import { useAllServers, usersPerPage } from './use-all-servers.ts';

const route = getRouteApi('/notebooks/all');

/** Every person's servers; for administrators. */
export function AllServersPage() {
  const { isAdministrator } = useSession();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const page = Math.max(1, Math.trunc(Number(search.page ?? 1)) || 1);
  const servers = useAllServers(page, isAdministrator);
  return (
    <Page
      title="Everybody’s servers"
      crumbs={[{ label: 'Notebooks', to: '/notebooks' }]}
      description="Notebook servers that run, are being started or stopped, of everybody on this platform."
    >
      {isAdministrator ? (
        <Loaded query={servers} what="the servers">
          {({ servers: rows, users }) =>
            rows.length === 0 ? (
              <NothingHere icon={IconNotebook} title="No server is running" />
            ) : (
              <Stack gap="sm">
                <AllServersTable servers={rows} />
                <Group justify="space-between">
                  <Text size="sm" c="dimmed" role="status">
                    {plural(rows.length, 'server')} here, {plural(users, 'person', 'people')} in all
                  </Text>
                  {users <= usersPerPage ? null : (
                    <Pagination
                      total={Math.ceil(users / usersPerPage)}
                      value={page}
                      onChange={(next) => void navigate({ search: { page: String(next) } })}
                      getControlProps={(control) => ({ 'aria-label': `${control} page` })}
                    />
                  )}
                </Group>
              </Stack>
            )
          }
        </Loaded>
      ) : (
        <NothingHere icon={IconLock} title="For administrators">
          Your own servers are on the page “Notebooks”.
        </NothingHere>
      )}
    </Page>
  );
}
