import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Configuration, loadConfiguration } from '../configuration/configuration.ts';
import { type Installation, openInstallation } from '../installation/installation.ts';

/** Options of every command that works on a data directory. */
export type TargetOptions = { readonly data: string; readonly config?: string; readonly portBase?: string };

/** `$XDG_DATA_HOME/vre`, as the XDG base directory specification has it. */
const defaultDirectory = () =>
  join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'vre');

/** Adds `--data` and `--config` to a command. */
export const withTarget = (command: Command): Command =>
  command
    .option('--data <directory>', 'data directory of the VRE', process.env['VRE_DATA'] ?? defaultDirectory())
    .option('--config <file>', 'configuration file (vre.yaml)', process.env['VRE_CONFIG']);

/** Loads the configuration and opens the data directory that the options name. */
export async function openTarget(
  options: TargetOptions,
  { create }: { readonly create: boolean },
): Promise<{ readonly configuration: Configuration; readonly installation: Installation }> {
  const flags = { 'port-base': parsePort(options.portBase) };
  const configuration = await loadConfiguration({ file: options.config, flags });
  return { configuration, installation: await openInstallation(options.data, configuration, { create }) };
}

function parsePort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1024 && port <= 65_000) return port;
  throw new Error(`--port-base ${text}: must be a whole number from 1024 to 65000, such as 9000`);
}
