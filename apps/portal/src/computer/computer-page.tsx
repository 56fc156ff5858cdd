import { Alert, Stack } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useSession } from '../access/use-session.ts';
import { CodeBlock } from '../design/code-block.tsx';
import { Page } from '../design/page.tsx';
import { Panel } from '../design/panel.tsx';
import { ApplicationsPanel } from './applications-panel.tsx';
import { clientSetup } from './client-files.ts';
import { ConnectionPanel } from './connection-panel.tsx';
import { RucioPanel } from './rucio-panel.tsx';
import { SessionsPanel } from './sessions-panel.tsx';
import { WorkflowsPanel } from './workflows-panel.tsx';

const route = getRouteApi('/computer');

/** Everything that clients outside the browser need, and what has been handed out. */
export function ComputerPage() {
  const { connected, error } = route.useSearch();
  const { username, services, addresses } = useSession();
  const hasRuns = services.includes('workflows');
  return (
    <Page
      title="Use from my computer"
      description="The command line clients rucio and reana-client, notebooks and scripts work with this platform as they are."
    >
      <Stack gap="md">
        {connected === undefined ? null : (
          <Alert role="status" color="teal" icon={<IconCircleCheck aria-hidden />} title="Connected">
            Your runs may now read and write your data in the lake.
          </Alert>
        )}
        {error === undefined ? null : (
          <Alert role="alert" color="red" icon={<IconAlertTriangle aria-hidden />} title="Not connected">
            {error} Press “Connect” to try again.
          </Alert>
        )}
        <Panel title="The short way">
          <CodeBlock label="set-up commands" text={clientSetup(username, addresses.portal)} />
        </Panel>
        {services.includes('data-lake') ? <RucioPanel account={username} addresses={addresses} /> : null}
        {hasRuns ? <WorkflowsPanel addresses={addresses} /> : null}
        {hasRuns ? <ConnectionPanel /> : null}
        <ApplicationsPanel />
        <SessionsPanel />
      </Stack>
    </Page>
  );
}
