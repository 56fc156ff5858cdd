import type { FoundDid } from '@vre/protocol-rucio';
import { VirtualTable } from '../../design/virtual-table.tsx';
import { formatBytes } from '../../units/bytes.ts';
import { formatCount } from '../../units/count.ts';
import { DidLink } from '../did-link.tsx';
import { DidTypeBadge } from '../did-type-badge.tsx';

/** Data identifiers with type and size. */
export function DidTable({ dids, label }: { readonly dids: readonly FoundDid[]; readonly label: string }) {
  return (
    <VirtualTable
      label={label}
      rows={dids}
      rowKey={({ scope, name }) => `${scope}:${name}`}
      columns={[
        { header: 'Name', cell: ({ scope, name }) => <DidLink did={`${scope}:${name}`} label={name} /> },
        { header: 'Type', width: '8rem', cell: ({ did_type: type }) => <DidTypeBadge type={type} /> },
        {
          header: 'Files',
          width: '6rem',
          align: 'end',
          secondary: true,
          cell: ({ length }) => (length === null ? '–' : formatCount(length)),
        },
        {
          header: 'Size',
          width: '7rem',
          align: 'end',
          secondary: true,
          cell: ({ bytes }) => (bytes === null ? '–' : formatBytes(bytes)),
        },
      ]}
    />
  );
}
