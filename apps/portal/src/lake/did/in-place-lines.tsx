import { Text, Title } from '@mantine/core';
import type { ScopedName } from '@vre/protocol-rucio';
import { useSession } from '../../access/use-session.ts';
import { CodeBlock } from '../../design/code-block.tsx';
import { inPlaceLines, pathInHome } from './notebook-lines.ts';
import { useReplicas } from './use-did.ts';

/** Lines that read a file where it lies; nothing when it lies at no element of this platform. */
export function InPlaceLines({ did }: { readonly did: ScopedName }) {
  const { storageDoor } = useSession().addresses;
  const replica = useReplicas(did).data?.files[0];
  const path = replica && pathInHome(did, replica, storageDoor);
  if (path === undefined) return null;
  return (
    <>
      <Title order={3}>Read it where it lies</Title>
      <CodeBlock label="lines that read in place" text={inPlaceLines(path)} />
      <Text size="sm" c="dimmed">
        The folder “lake” of a server is read-only.
      </Text>
    </>
  );
}
