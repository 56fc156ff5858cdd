import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { type ClientAddresses, type ClientDirectory, clientDirectory } from '../client/client-files.ts';
import { loadConfiguration } from '../configuration/configuration.ts';
import { addressesOf } from '../installation/addresses.ts';
import { openInstallation } from '../installation/installation.ts';
import { type TargetOptions, withTarget } from './target.ts';

/** Options of every command that works for one person at one VRE, here or elsewhere. */
export type ClientOptions = TargetOptions & {
  readonly portal?: string;
  readonly ca?: string;
  readonly directory?: string;
};

/** The VRE that a command speaks to, and where its person's tokens are. */
export type ClientTarget = {
  readonly portal: string;
  readonly addresses: ClientAddresses;
  readonly client: ClientDirectory;
  readonly dataDirectory: string;
};

export const withClient = (command: Command): Command =>
  withTarget(command)
    .option('--portal <url>', "the VRE's address; the one of this machine unless given")
    .option('--ca <file>', 'certificate authority of that VRE (PEM), when it is not a public one')
    .option('--directory <directory>', 'folder for the files; ~/.config/vre/<host> unless given');

export async function openClient(options: ClientOptions): Promise<ClientTarget> {
  const local = options.portal === undefined ? await localAddresses(options) : undefined;
  const portal = (options.portal ?? local?.portal ?? '').replace(/\/$/, '');
  const base = process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  const directory = options.directory ?? join(base, 'vre', new URL(portal).host.replace(':', '-'));
  return {
    portal,
    addresses: {
      lake: local?.lake ?? '',
      workflows: portal,
      authorityFile: options.ca ?? local?.authorityFile,
    },
    client: clientDirectory(resolve(directory)),
    dataDirectory: options.data,
  };
}

async function localAddresses(options: ClientOptions) {
  const configuration = await loadConfiguration({ file: options.config });
  const installation = await openInstallation(options.data, configuration, { create: false });
  return addressesOf(installation, configuration);
}
