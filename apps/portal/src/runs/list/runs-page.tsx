import '@mantine/core/styles/Pagination.css';
import { Group, Pagination, Stack, Text } from '@mantine/core';
import { IconArrowsSplit2, IconFilterOff } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { Loaded } from '../../design/loaded.tsx';
import { NothingHere } from '../../design/nothing-here.tsx';
import { Page } from '../../design/page.tsx';
import { plural } from '../../units/count.ts';
import { firstRunCommands } from '../first-run-commands.ts';
import { RunsFilterBar } from './runs-filter-bar.tsx';
import { RunsTable } from './runs-table.tsx';
import { runsPerPage, useRuns } from './use-runs.ts';

const route = getRouteApi('/runs');

/** All runs of the person, newest first. */
export function RunsPage() {
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const runs = useRuns(filter);
  const filtered = filter.name !== undefined || filter.status !== undefined;
  const page = Number(filter.page ?? 1) || 1;
  return (
    <Page
      title="Runs"
      description="Workflows you started, from the command line or from here. The list follows live."
    >
      <RunsFilterBar filter={filter} onChange={(next) => void navigate({ search: next, replace: true })} />
      <Loaded query={runs} what="the runs">
        {({ items, total }) =>
          items.length === 0 ? (
            <NothingHere
              icon={filtered ? IconFilterOff : IconArrowsSplit2}
              title={filtered ? 'No run fits the filter' : 'No runs yet'}
              {...(filtered ? {} : { commands: firstRunCommands })}
            >
              {filtered
                ? 'Remove a state or shorten the name.'
                : 'Describe an analysis in a reana.yaml and start it; the page “Use from my computer” has the two variables that the client needs.'}
            </NothingHere>
          ) : (
            <Stack gap="sm">
              <RunsTable runs={items} />
              <Group justify="space-between">
                <Text size="sm" c="dimmed" role="status">
                  {plural(total, 'run')}
                </Text>
                {total <= runsPerPage ? null : (
                  <Pagination
                    total={Math.ceil(total / runsPerPage)}
                    value={page}
                    onChange={(next) => void navigate({ search: { ...filter, page: String(next) } })}
                    getControlProps={(control) => ({ 'aria-label': `${control} page` })}
                  />
                )}
              </Group>
            </Stack>
          )
        }
      </Loaded>
    </Page>
  );
}
