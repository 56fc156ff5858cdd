import { Button, Stack } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useSession } from '../../access/use-session.ts';
import { Page } from '../../design/page.tsx';
import { useProfiles } from '../profiles/use-profiles.ts';
import { useOwnServers } from '../servers/use-servers.ts';
import { StartProblem } from '../start/start-problem.tsx';
import { useOpenWhenReady } from '../start/use-open-when-ready.ts';
import { useStartServer } from '../start/use-start-server.ts';
import { WantedStart } from '../start/wanted-start.tsx';
import { ProfilesPanel } from './profiles-panel.tsx';
import { ServersPanel } from './servers-panel.tsx';

const route = getRouteApi('/notebooks');

/** The person's notebook servers, and the environments to start more from. */
export function NotebooksPage() {
  const { start: wanted, ...filter } = route.useSearch();
  const navigate = route.useNavigate();
  const { isAdministrator } = useSession();
  const servers = useOwnServers();
  const profiles = useProfiles().data;
  const { wait, focused } = useOpenWhenReady(servers.data);
  const start = useStartServer(wait);
  const setFilter = (search: typeof filter) => void navigate({ search, replace: true });
  return (
    <Page
      title="Notebooks"
      description="JupyterLab with the environment you choose, next to your data. Your home is the same in all of them."
      actions={
        isAdministrator ? (
          <Button
            component={Link}
            to="/notebooks/all"
            variant="default"
            leftSection={<IconUsers size={16} aria-hidden />}
          >
            Everybody’s servers
          </Button>
        ) : undefined
      }
    >
      <Stack gap="md">
        {wanted === undefined || profiles === undefined ? null : (
          <WantedStart
            wanted={wanted}
            profiles={profiles}
            onStart={start.mutate}
            onDone={() => setFilter(filter)}
          />
        )}
        {start.isError ? <StartProblem title={start.variables.profile.title} error={start.error} /> : null}
        <ServersPanel servers={servers} focused={focused} onStart={start.mutate} />
        <ProfilesPanel
          filter={filter}
          onFilter={setFilter}
          servers={servers.data ?? []}
          onStart={start.mutate}
        />
      </Stack>
    </Page>
  );
}
