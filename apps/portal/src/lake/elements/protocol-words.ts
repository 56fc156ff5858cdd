import type { ProtocolRow } from '@vre/protocol-rucio';

const words: Readonly<Record<string, string>> = {
  read: 'read',
  write: 'write',
  delete: 'delete',
  third_party_copy_read: 'be copied from',
  third_party_copy_write: 'be copied to',
};

/** Where the protocol answers: scheme, host, port and prefix. */
export const protocolAddress = ({ scheme, hostname, port, prefix }: ProtocolRow): string =>
  `${scheme}://${hostname}${port > 0 ? `:${port}` : ''}${prefix.startsWith('/') ? '' : '/'}${prefix}`;

/** What the protocol is used for from outside: `Used to read, write and delete`. */
export function protocolUses({ domains }: ProtocolRow): string {
  const uses = Object.entries(domains.wan)
    .filter(([, priority]) => priority !== null && priority > 0)
    .map(([operation]) => words[operation] ?? operation);
  if (uses.length === 0) return 'Not used from outside.';
  return `Used to ${new Intl.ListFormat('en', { type: 'conjunction' }).format(uses)}.`;
}
