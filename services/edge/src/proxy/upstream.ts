import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import type { Addresses, ServiceName } from '@vre/service';
import { Agent, type Dispatcher } from 'undici';

/** How one service is reached: a pool for requests and the options of a raw connection for upgrades. */
export type Upstream = {
  readonly dispatcher: Dispatcher;
  readonly origin: string;
  /** Path below which the service lives, without its final slash. */
  readonly basePath: string;
  /** Host for the service: its own name, or ours where it listens on a unix socket. */
  readonly host: string;
  readonly connection:
    | { readonly socketPath: string }
    | {
        readonly tls: boolean;
        readonly hostname: string;
        readonly port: number;
        readonly ca: string[] | undefined;
      };
};

export interface Upstreams {
  of(service: ServiceName): Upstream;
  close(): Promise<void>;
}

const connectionsAtMost = 256;

/** `answerMilliseconds`: until the head of an answer; bodies may pause as long as they like (logs, events). */
export function createUpstreams(addresses: Addresses, answerMilliseconds: number): Upstreams {
  const known = new Map<ServiceName, Upstream>();
  const ca =
    addresses.authorityFile === undefined
      ? undefined
      : [...rootCertificates, readFileSync(addresses.authorityFile, 'utf8')];
  const agent = (connect: object) =>
    new Agent({
      connections: connectionsAtMost,
      // Shorter than the services keep idle connections, so that none is reused at the moment it is closed.
      keepAliveTimeout: 4000,
      headersTimeout: answerMilliseconds,
      bodyTimeout: 0,
      connect: { timeout: 10_000, ...connect },
    });
  const create = (service: ServiceName): Upstream => {
    const base = addresses.internal(service);
    if (base.startsWith('unix:')) {
      const [socketPath = '', basePath = ''] = base.slice('unix:'.length).split(':');
      return {
        dispatcher: agent({ socketPath }),
        origin: 'http://localhost',
        basePath: basePath.replace(/\/$/, ''),
        host: new URL(addresses.portal).host,
        connection: { socketPath },
      };
    }
    const url = new URL(base);
    const tls = url.protocol === 'https:';
    return {
      dispatcher: agent(ca ? { ca } : {}),
      origin: url.origin,
      basePath: url.pathname.replace(/\/$/, ''),
      host: url.host,
      connection: {
        tls,
        hostname: url.hostname.replace(/^\[|\]$/g, ''),
        port: Number(url.port || (tls ? 443 : 80)),
        ca,
      },
    };
  };
  return {
    of: (service) => {
      const upstream = known.get(service) ?? create(service);
      known.set(service, upstream);
      return upstream;
    },
    close: async () => {
      await Promise.all([...known.values()].map(({ dispatcher }) => dispatcher.destroy()));
    },
  };
}
