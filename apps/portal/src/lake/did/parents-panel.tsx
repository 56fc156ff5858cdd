import { Group, Text } from '@mantine/core';
import type { ScopedName } from '@vre/protocol-rucio';
import { Loaded } from '../../design/loaded.tsx';
import { Panel } from '../../design/panel.tsx';
import { DidLink } from '../did-link.tsx';
import { DidTypeBadge } from '../did-type-badge.tsx';
import { useParents } from './use-did.ts';

/** Collections that hold the DID. */
export function ParentsPanel({ did }: { readonly did: ScopedName }) {
  const parents = useParents(did);
  return (
    <Panel title="Part of">
      <Loaded query={parents} what="the collections" rows={1}>
        {(rows) =>
          rows.length === 0 ? (
            <Text size="sm" c="dimmed">
              No dataset or container holds it.
            </Text>
          ) : (
            rows.map(({ scope, name, type }) => (
              <Group key={`${scope}:${name}`} gap="xs">
                <DidTypeBadge type={type} />
                <DidLink did={`${scope}:${name}`} />
              </Group>
            ))
          )
        }
      </Loaded>
    </Panel>
  );
}
