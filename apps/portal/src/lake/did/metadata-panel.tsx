import { Stack, Text } from '@mantine/core';
import { type ScopedName, scopedName } from '@vre/protocol-rucio';
import { CodeBlock } from '../../design/code-block.tsx';
import { Facts } from '../../design/facts.tsx';
import { Loaded } from '../../design/loaded.tsx';
import { Panel } from '../../design/panel.tsx';
import { RunLink } from '../../runs/run-link.tsx';
import { metadataGroups } from './metadata-groups.ts';
import { useMetadata } from './use-did.ts';

/** What is known about the DID, in groups; every value can be copied. */
export function MetadataPanel({ did }: { readonly did: ScopedName }) {
  const metadata = useMetadata(did);
  return (
    <Loaded query={metadata} what="the metadata">
      {({ said, recorded }) => (
        <Stack gap="md">
          {metadataGroups(said, recorded).map(({ title, entries }) => (
            <Panel key={title} title={title}>
              {entries.length === 0 ? (
                <>
                  <Text size="sm" c="dimmed">
                    Nobody has described it yet. Metadata make data findable:
                  </Text>
                  <CodeBlock
                    label="metadata command"
                    text={`rucio did metadata set ${scopedName(did)} --key experiment --value KM3NeT`}
                  />
                </>
              ) : (
                <Facts
                  facts={entries.map(({ key, text }) => ({
                    label: key,
                    value: key === 'workflow_run_id' ? <RunLink id={text} /> : text,
                    copy: text,
                  }))}
                />
              )}
            </Panel>
          ))}
        </Stack>
      )}
    </Loaded>
  );
}
