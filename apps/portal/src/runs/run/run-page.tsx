import '@mantine/core/styles/Tabs.css';
import { Stack, Tabs } from '@mantine/core';
import {
  IconArrowsExchange,
  IconFileText,
  IconFolder,
  IconListNumbers,
  IconTerminal2,
} from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { isEnded } from '@vre/protocol-reana';
import { Page } from '../../design/page.tsx';
import { ProblemBox } from '../../design/problem-box.tsx';
import { SkeletonRows } from '../../design/skeleton-rows.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { FilesPanel } from '../files/files-panel.tsx';
import { runLooks } from '../run-state.ts';
import { LakeDataPanel } from './lake-data-panel.tsx';
import { LogPanel } from './log-panel.tsx';
import { RunActions } from './run-actions.tsx';
import { RunSummary } from './run-summary.tsx';
import { SpecificationPanel } from './specification-panel.tsx';
import { StepsPanel } from './steps-panel.tsx';
import { useRun } from './use-run.ts';

const route = getRouteApi('/runs/$run');

const tabs = [
  { value: 'steps', label: 'Steps', icon: IconListNumbers },
  { value: 'log', label: 'Log', icon: IconTerminal2 },
  { value: 'files', label: 'Files', icon: IconFolder },
  { value: 'data', label: 'Lake data', icon: IconArrowsExchange },
  { value: 'specification', label: 'Specification', icon: IconFileText },
] as const;

/** One run: what it is doing, what it said, what it made. */
export function RunPage() {
  const { run: id } = route.useParams();
  const { tab = 'steps' } = route.useSearch();
  const navigate = route.useNavigate();
  const run = useRun(id);
  const crumbs = [{ label: 'Runs', to: '/runs' }];
  if (run.isPending) return <SkeletonRows what="the run" rows={8} />;
  if (run.isError) {
    return (
      <Page title="Run" crumbs={crumbs}>
        <ProblemBox what="Could not load the run." error={run.error} onRetry={run.refetch} />
      </Page>
    );
  }
  const { name, status, progress, created } = run.data;
  const ended = isEnded(status);
  return (
    <Page
      title={name}
      badge={<StateBadge {...runLooks[status]} />}
      crumbs={crumbs}
      actions={<RunActions id={id} name={name} status={status} />}
    >
      <RunSummary id={id} status={status} progress={progress} created={created} />
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ search: next === null ? {} : { tab: next }, replace: true })}
        keepMounted={false}
      >
        <Tabs.List aria-label="Parts of the run">
          {tabs.map(({ value, label, icon: Icon }) => (
            <Tabs.Tab key={value} value={value} leftSection={<Icon size={16} aria-hidden />}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Stack pt="md">
          <Tabs.Panel value="steps">
            <StepsPanel id={id} ended={ended} />
          </Tabs.Panel>
          <Tabs.Panel value="log">
            <LogPanel id={id} name={name} ended={ended} />
          </Tabs.Panel>
          <Tabs.Panel value="files">
            <FilesPanel id={id} ended={ended} />
          </Tabs.Panel>
          <Tabs.Panel value="data">
            <LakeDataPanel id={id} ended={ended} />
          </Tabs.Panel>
          <Tabs.Panel value="specification">
            <SpecificationPanel id={id} />
          </Tabs.Panel>
        </Stack>
      </Tabs>
    </Page>
  );
}
