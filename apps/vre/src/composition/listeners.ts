import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import type { ListenAddress } from '@vre/http-server';
import { localCertificates, readSecretFile } from '@vre/secrets';
import type { Addresses, ServiceName } from '@vre/service';
import type { Configuration } from '../configuration/configuration.ts';
import { certificateDirectory, serviceSocket } from '../installation/addresses.ts';
import type { Installation } from '../installation/installation.ts';

/** Hosts that the certificates of one machine name. */
const localHosts = ['localhost', '127.0.0.1', '::1'];

/** Makes the local authority at the first start; without effect when certificates are configured. */
export async function ensureCertificates(
  installation: Installation,
  configuration: Configuration,
): Promise<void> {
  if (configuration.listen['certificate-file'] === undefined)
    await localCertificates(certificateDirectory(installation), localHosts);
}

/** Public listeners of a service: none for those that are reached through the edge. */
export async function publicListeners(
  service: ServiceName,
  installation: Installation,
  configuration: Configuration,
  addresses: Addresses,
): Promise<{
  readonly hostNames: readonly string[];
  readonly alias: { readonly hostName: string; readonly address: string } | undefined;
  readonly listeners: readonly ListenAddress[];
}> {
  const url = {
    edge: addresses.portal,
    'data-lake': addresses.lake,
    'storage-door': addresses.storageDoor,
    notebooks: addresses.notebooks,
  }[service as string];
  if (url === undefined) return { hostNames: [], alias: undefined, listeners: [] };
  const { protocol, hostname, port, host } = new URL(url);
  const tls = protocol === 'https:' ? await certificate(installation, configuration) : undefined;
  if (tls === undefined && !isLoopback(configuration.listen.host)) {
    throw new Error(
      `${url} is not https, but listen.host is ${configuration.listen.host}: passwords and tokens would cross the network in clear; set listen.certificate-file, and an https address for ${service} (addresses.…; or leave it out of services)`,
    );
  }
  const number = Number(port || (protocol === 'https:' ? 443 : 80));
  return {
    hostNames: port === '' ? [hostname, `${hostname}:${number}`] : [host],
    // On one machine people write `localhost`, whose cookies are the portal's.
    alias:
      service === 'notebooks' && hostname === '127.0.0.1'
        ? { hostName: `localhost:${number}`, address: url }
        : undefined,
    listeners: hostsOf(configuration.listen.host).map((listenHost) => ({
      host: listenHost,
      port: number,
      tls,
    })),
  };
}

/** How the services of this host reach it. */
export const internalListener = (service: ServiceName, installation: Installation): ListenAddress => ({
  socket: serviceSocket(installation, service),
});

async function certificate(installation: Installation, configuration: Configuration) {
  const { 'certificate-file': certificateFile, 'key-file': keyFile } = configuration.listen;
  if (certificateFile === undefined) return localCertificates(certificateDirectory(installation), localHosts);
  if (keyFile === undefined) throw new Error('listen.certificate-file needs listen.key-file');
  return { certificate: await readFile(certificateFile, 'utf8'), key: await readSecretFile(keyFile) };
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || host.startsWith('127.');

function hostsOf(host: string): string[] {
  if (host !== 'localhost') return [host];
  const hasIpv6 = Object.values(networkInterfaces()).some((entries) =>
    entries?.some((entry) => entry.address === '::1'),
  );
  return hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'];
}
