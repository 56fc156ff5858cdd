import { join } from 'node:path';
import type { Addresses, ServiceName } from '@vre/service';
import type { Configuration } from '../configuration/configuration.ts';
import type { Installation } from './installation.ts';
import { portOffsets } from './ports.ts';

/** Socket on which a service answers the others. */
export const serviceSocket = (installation: Installation, service: ServiceName): string =>
  join(installation.run, `${service}.sock`);

/** Certificates made at the first start, used when none are configured. */
export const certificateDirectory = (installation: Installation): string =>
  join(installation.directory, 'certificates');

/** Where everything is, from the configuration or from the port block of one machine. */
export function addressesOf(installation: Installation, configuration: Configuration): Addresses {
  const { addresses, listen } = configuration;
  const local = (offset: number, scheme = 'http') =>
    `${scheme}://localhost:${installation.portBase + offset}`;
  const portal = addresses.portal ?? local(portOffsets.portal);
  return {
    portal,
    issuer: installation.issuer,
    lake: addresses.lake ?? local(portOffsets.lake),
    workflows: portal,
    // By number: cookies do not tell ports apart, so the hub needs another host name than the portal.
    notebooks: addresses.notebooks ?? `http://127.0.0.1:${installation.portBase + portOffsets.notebooks}`,
    storageDoor: addresses['storage-door'] ?? local(portOffsets.storageDoor, 'https'),
    internal: (service) => `unix:${serviceSocket(installation, service)}:`,
    authorityFile:
      addresses['authority-file'] ??
      (listen['certificate-file'] === undefined
        ? join(certificateDirectory(installation), 'ca.pem')
        : undefined),
  };
}
