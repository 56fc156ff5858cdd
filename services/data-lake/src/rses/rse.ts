import type { ExpressionSubject } from './rse-expression.ts';

export type Domain = 'lan' | 'wan';
export type Operation = 'read' | 'write' | 'delete' | 'third_party_copy_read' | 'third_party_copy_write';

export type Protocol = {
  readonly id: number;
  readonly scheme: string;
  readonly hostname: string;
  readonly port: number;
  /** Begins and ends with a slash. */
  readonly prefix: string;
  readonly impl: string;
  readonly domains: Readonly<Record<Domain, Readonly<Record<string, number | null>>>>;
  readonly extendedAttributes: unknown;
};

/** A storage element as the whole lake sees it. */
export type Rse = ExpressionSubject & {
  readonly uuid: string;
  readonly type: 'DISK' | 'TAPE';
  readonly deterministic: boolean;
  readonly volatile: boolean;
  readonly stagingArea: boolean;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly deletable: boolean;
  readonly qosClass: string | null;
  readonly place: Readonly<Record<string, string | number | null>>;
  readonly protocols: readonly Protocol[];
  readonly pathAlgorithm: string;
  readonly verifyChecksum: boolean;
  /** Distance from another element's id to this one. */
  readonly distanceFrom: ReadonlyMap<number, number>;
};

/** Protocols that serve an operation in a domain, best first: lowest positive priority; 0 or absent is not offered. */
export function protocolsFor(rse: Rse, operation: Operation, domain: Domain): readonly Protocol[] {
  const priority = (protocol: Protocol) => protocol.domains[domain][operation] ?? 0;
  return rse.protocols.filter((protocol) => priority(protocol) > 0).sort((a, b) => priority(a) - priority(b));
}

/** Attributes as text, as clients expect; booleans stay. */
export const attributeText = (value: string | number | boolean): string | boolean =>
  typeof value === 'boolean' ? value : String(value);
