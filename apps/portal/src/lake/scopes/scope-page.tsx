import { Stack, Text } from '@mantine/core';
import { IconFilterOff, IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useSession } from '../../access/use-session.ts';
import { Loaded } from '../../design/loaded.tsx';
import { NothingHere } from '../../design/nothing-here.tsx';
import { Page } from '../../design/page.tsx';
import { plural } from '../../units/count.ts';
import { firstUploadCommands } from '../first-upload-commands.ts';
import { DidTable } from './did-table.tsx';
import { ScopeFilter } from './scope-filter.tsx';
import { didsQuery } from './use-scopes.ts';

const route = getRouteApi('/lake/scopes/$scope');

/** What lies in a scope. */
export function ScopePage() {
  const { scope } = route.useParams();
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const { username } = useSession();
  const dids = useQuery(didsQuery(scope, filter));
  const filtered = filter.name !== undefined || filter.type !== undefined;
  return (
    <Page title={scope} crumbs={[{ label: 'Data lake', to: '/lake' }]}>
      <ScopeFilter filter={filter} onChange={(next) => void navigate({ search: next, replace: true })} />
      <Loaded query={dids} what="the data identifiers" rows={8}>
        {(rows) =>
          rows.length === 0 ? (
            filtered ? (
              <NothingHere icon={IconFilterOff} title="Nothing fits the filter">
                Choose another type, or use * in the name: orca*2026.
              </NothingHere>
            ) : (
              <NothingHere
                icon={IconUpload}
                title="No datasets yet"
                {...(scope === `user.${username}` ? { commands: firstUploadCommands(username) } : {})}
              >
                Files without a dataset are listed under “Files”. This is how a first dataset is made:
              </NothingHere>
            )
          ) : (
            <Stack gap="sm">
              <DidTable dids={rows} label={`Data identifiers of ${scope}`} />
              <Text size="sm" c="dimmed" role="status">
                {plural(rows.length, 'data identifier')}
              </Text>
            </Stack>
          )
        }
      </Loaded>
    </Page>
  );
}
