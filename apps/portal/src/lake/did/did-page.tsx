import '@mantine/core/styles/Tabs.css';
import { Button, CopyButton as Copy, Paper, Stack, Tabs } from '@mantine/core';
import {
  IconCheck,
  IconCopy,
  IconDownload,
  IconInfoCircle,
  IconListDetails,
  IconServer2,
  IconShieldCheck,
} from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { scopedName } from '@vre/protocol-rucio';
import { useService } from '../../access/use-session.ts';
import { Page } from '../../design/page.tsx';
import { ProblemBox } from '../../design/problem-box.tsx';
import { SkeletonRows } from '../../design/skeleton-rows.tsx';
import { fileAddress } from '../did-path.ts';
import { DidTypeBadge } from '../did-type-badge.tsx';
import { RulesPanel } from '../rules/rules-panel.tsx';
import { ContentPanel } from './content-panel.tsx';
import { DidSummary } from './did-summary.tsx';
import { FilePanel } from './file-panel.tsx';
import { MetadataPanel } from './metadata-panel.tsx';
import { ReplicasPanel } from './replicas-panel.tsx';
import { useDid } from './use-did.ts';
import { UseInNotebook } from './use-in-notebook.tsx';

const route = getRouteApi('/lake/dids/$scope/$');

const tabs = [
  { value: 'content', label: 'Content', icon: IconListDetails },
  { value: 'metadata', label: 'Metadata', icon: IconInfoCircle },
  { value: 'replicas', label: 'Replicas', icon: IconServer2 },
  { value: 'rules', label: 'Rules', icon: IconShieldCheck },
] as const;

/** One data identifier: what is in it, what is known about it, where it lies and which rules keep it. */
export function DidPage() {
  const { scope, _splat: name = '' } = route.useParams();
  const { tab = 'content' } = route.useSearch();
  const navigate = route.useNavigate();
  const did = { scope, name };
  const row = useDid(did);
  const hasNotebooks = useService('notebooks');
  const crumbs = [
    { label: 'Data lake', to: '/lake' },
    { label: scope, to: `/lake/scopes/${encodeURIComponent(scope)}` },
  ];
  if (row.isPending) return <SkeletonRows what="the data identifier" rows={8} />;
  if (row.isError) {
    return (
      <Page title={name} crumbs={crumbs}>
        <ProblemBox what={`Could not load ${scopedName(did)}.`} error={row.error} onRetry={row.refetch} />
      </Page>
    );
  }
  const isFile = row.data.type === 'FILE';
  return (
    <Page
      title={name}
      badge={<DidTypeBadge type={row.data.type} />}
      crumbs={crumbs}
      actions={
        <>
          <Copy value={scopedName(did)}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                onClick={copy}
                leftSection={
                  copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />
                }
              >
                {copied ? 'Copied' : 'Copy identifier'}
              </Button>
            )}
          </Copy>
          {hasNotebooks ? <UseInNotebook did={did} isFile={isFile} /> : null}
          {isFile ? (
            <Button
              component="a"
              href={fileAddress(did)}
              download
              leftSection={<IconDownload size={16} aria-hidden />}
            >
              Download
            </Button>
          ) : null}
        </>
      }
    >
      <Paper withBorder p="md">
        <DidSummary row={row.data} />
      </Paper>
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ search: next === null ? {} : { tab: next }, replace: true })}
        keepMounted={false}
      >
        <Tabs.List aria-label="Parts of the data identifier">
          {tabs.map(({ value, label, icon: Icon }) => (
            <Tabs.Tab key={value} value={value} leftSection={<Icon size={16} aria-hidden />}>
              {isFile && value === 'content' ? 'Preview' : label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Stack pt="md">
          <Tabs.Panel value="content">
            {isFile ? <FilePanel did={did} bytes={row.data.bytes} /> : <ContentPanel did={did} />}
          </Tabs.Panel>
          <Tabs.Panel value="metadata">
            <MetadataPanel did={did} />
          </Tabs.Panel>
          <Tabs.Panel value="replicas">
            <ReplicasPanel did={did} />
          </Tabs.Panel>
          <Tabs.Panel value="rules">
            <RulesPanel did={did} />
          </Tabs.Panel>
        </Stack>
      </Tabs>
    </Page>
  );
}
