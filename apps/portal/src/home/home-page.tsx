import { SimpleGrid, Stack } from '@mantine/core';
import { useSession } from '../access/use-session.ts';
import { Page } from '../design/page.tsx';
import { RecentData } from './recent-data.tsx';
import { RecentRuns } from './recent-runs.tsx';
import { RunningNotebooks } from './running-notebooks.tsx';
import { SpaceUsed } from './space-used.tsx';
import { Stuck } from './stuck.tsx';

/** What runs, what needs attention, how much space is left. */
export function HomePage() {
  const { name, services } = useSession();
  const hasLake = services.includes('data-lake');
  const hasRuns = services.includes('workflows');
  return (
    <Page title={`Hello, ${name.split(' ')[0]}`}>
      <Stack gap="md">
        <Stuck />
        {services.includes('notebooks') ? <RunningNotebooks /> : null}
        <SimpleGrid cols={{ base: 1, lg: hasLake && hasRuns ? 2 : 1 }} spacing="md">
          {hasRuns ? <RecentRuns /> : null}
          {hasLake ? <RecentData /> : null}
        </SimpleGrid>
        {hasLake ? <SpaceUsed /> : null}
      </Stack>
    </Page>
  );
}
