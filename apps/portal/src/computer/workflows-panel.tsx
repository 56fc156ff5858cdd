import { Alert, Stack, Text } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import type { PublicAddresses } from '../access/session.ts';
import { CodeBlock } from '../design/code-block.tsx';
import { Panel } from '../design/panel.tsx';
import { reanaVariables } from './client-files.ts';
import { MintTokenForm } from './mint-token-form.tsx';
import { TokensTable } from './tokens-table.tsx';

/** The variables of reana-client, and its tokens. */
export function WorkflowsPanel({ addresses }: { readonly addresses: PublicAddresses }) {
  const [minted, setMinted] = useState<string>();
  return (
    <Panel title="Workflows: reana-client">
      <Stack gap="md">
        <CodeBlock label="REANA variables" text={reanaVariables(addresses, minted)} />
        {minted === undefined ? null : (
          <Alert role="status" color="indigo" icon={<IconKey aria-hidden />} title="Copy it now">
            The token stands in the lines above and is not shown again.
          </Alert>
        )}
        <MintTokenForm onMinted={setMinted} />
        <Text size="sm" c="dimmed">
          A token acts for you in the workflow service alone. Make one per computer, and revoke it when that
          computer is lost.
        </Text>
        <TokensTable />
      </Stack>
    </Panel>
  );
}
