import { Button, Group, Text } from '@mantine/core';
import { IconCertificate, IconDownload } from '@tabler/icons-react';
import type { PublicAddresses } from '../access/session.ts';
import { CodeBlock } from '../design/code-block.tsx';
import { Panel } from '../design/panel.tsx';
import { saveText } from '../runs/run/save-text.ts';
import { rucioConfiguration } from './client-files.ts';
import { authorityAddress, useHasAuthority } from './use-authority.ts';

type Props = { readonly account: string; readonly addresses: PublicAddresses };

/** The configuration of the Rucio clients. */
export function RucioPanel({ account, addresses }: Props) {
  const hasAuthority = useHasAuthority().data === true;
  const configuration = rucioConfiguration(addresses, account, hasAuthority);
  return (
    <Panel title="Data lake: rucio.cfg">
      <Text size="sm">
        Save it as rucio.cfg and point RUCIO_CONFIG to it. The first command prints an address; open it here
        and confirm.
      </Text>
      <CodeBlock label="rucio.cfg" text={configuration} />
      <Group gap="xs">
        <Button
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={() => saveText('rucio.cfg', configuration)}
        >
          Save rucio.cfg
        </Button>
        {hasAuthority ? (
          <Button
            component="a"
            href={authorityAddress}
            download="vre-ca.pem"
            variant="default"
            leftSection={<IconCertificate size={16} aria-hidden />}
          >
            Download the certificate authority
          </Button>
        ) : null}
      </Group>
    </Panel>
  );
}
