import type { ProtocolRow, RseDetail, RseRow } from '@vre/protocol-rucio';
import type { Protocol, Rse } from './rse.ts';

const operations = {
  lan: ['read', 'write', 'delete'],
  wan: ['read', 'write', 'delete', 'third_party_copy_read', 'third_party_copy_write'],
} as const;

export function protocolRow(protocol: Protocol): ProtocolRow {
  const domain = (name: 'lan' | 'wan') =>
    Object.fromEntries(
      operations[name].map((operation) => [operation, protocol.domains[name][operation] ?? 0]),
    );
  return {
    scheme: protocol.scheme,
    hostname: protocol.hostname,
    port: protocol.port,
    prefix: protocol.prefix,
    impl: protocol.impl,
    domains: { lan: domain('lan'), wan: domain('wan') },
    extended_attributes: protocol.extendedAttributes,
  };
}

export function rseRow(rse: Rse): RseRow & Readonly<Record<string, unknown>> {
  return {
    id: rse.uuid,
    rse: rse.name,
    rse_type: rse.type,
    deterministic: rse.deterministic,
    volatile: rse.volatile,
    staging_area: rse.stagingArea,
    availability: (rse.readable ? 4 : 0) + (rse.writable ? 2 : 0) + (rse.deletable ? 1 : 0),
    availability_read: rse.readable,
    availability_write: rse.writable,
    availability_delete: rse.deletable,
    qos_class: rse.qosClass,
    ...rse.place,
  };
}

/** What a client needs to know before it reads or writes. */
export function rseDetail(rse: Rse): RseDetail & Readonly<Record<string, unknown>> {
  const signUrl = rse.attributes.get('sign_url');
  return {
    ...rseRow(rse),
    domain: ['lan', 'wan'],
    lfn2pfn_algorithm: rse.pathAlgorithm,
    sign_url: typeof signUrl === 'string' ? signUrl : null,
    verify_checksum: rse.verifyChecksum,
    credentials: null,
    protocols: rse.protocols.map(protocolRow),
  };
}
