import { join } from 'node:path';
import { inject } from 'vitest';
import { loadConfiguration } from '../../src/configuration/configuration.ts';
import { callControl } from '../../src/control/control-client.ts';
import { addressesOf } from '../../src/installation/addresses.ts';
import { openInstallation } from '../../src/installation/installation.ts';
import type { TestPlatform } from './platform.ts';

/** The VRE that all tests of a run share. */
export async function sharedPlatform(): Promise<
  Pick<TestPlatform, 'installation' | 'addresses' | 'dataDirectory' | 'audit'>
> {
  const dataDirectory = inject('sharedDataDirectory');
  const configuration = await loadConfiguration({ file: join(dataDirectory, 'vre.yaml') });
  const installation = await openInstallation(dataDirectory, configuration, { create: false });
  return {
    dataDirectory,
    installation,
    addresses: addressesOf(installation, configuration),
    audit: async () =>
      (await callControl(installation, 'api', '/audit', { method: 'POST', json: {} })) as readonly unknown[],
  };
}
