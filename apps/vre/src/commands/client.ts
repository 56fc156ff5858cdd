import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { buildEnvironments } from '../client/build-environments.ts';
import { clientEnvironment, shellExports } from '../client/client-environment.ts';
import type { ClientDirectory } from '../client/client-files.ts';
import { setUpClient } from '../client/set-up-client.ts';
import { type ClientOptions, openClient, withClient } from './client-target.ts';

/** `vre client setup|env|exec`: the field's own clients, configured. */
export function addClientCommands(program: Command): void {
  const client = program
    .command('client')
    .enablePositionalOptions()
    .description("the field's own clients (rucio, reana-client), configured for a VRE");
  withClient(client.command('setup'))
    .description(
      'write rucio.cfg and tokens for REANA and notebooks to a folder of their own; existing configurations are not touched',
    )
    .requiredOption('--account <name>', 'your account')
    .option('--no-connect', 'do not ask that workflows may use your data')
    .action(async (options: ClientOptions & { readonly account: string; readonly connect: boolean }) => {
      const target = await openClient(options);
      await setUpClient({
        portal: target.portal,
        account: options.account,
        authorityFile: target.addresses.authorityFile,
        client: target.client,
        connect: options.connect,
        show: (sentence) => process.stdout.write(`${sentence}\n`),
      });
      process.stdout.write('Use it in this shell: eval "$(vre client env)"\n');
    });
  withClient(client.command('env'))
    .description('print the variables for this shell: eval "$(vre client env)"')
    .action(async (options: ClientOptions) => {
      const target = await openClient(options);
      needSetup(target.client);
      process.stdout.write(shellExports(target.client, target.addresses));
    });
  withClient(client.command('exec'))
    .description(
      'run a command with the clients on its path and a clean set of variables; builds them the first time',
    )
    .argument('<command...>', 'for instance: rucio whoami')
    .passThroughOptions()
    .action(async (words: [string, ...string[]], options: ClientOptions) => {
      const target = await openClient(options);
      needSetup(target.client);
      const built = await buildEnvironments(['rucio-clients', 'reana-client'], target.dataDirectory, (line) =>
        process.stderr.write(`${line}\n`),
      );
      const bins = [built['rucio-clients'].binDirectory, built['reana-client'].binDirectory];
      const child = spawn(words[0], words.slice(1), {
        stdio: 'inherit',
        // A sign-in address must appear at once, also when the output goes to a pipe or a file.
        env: { ...(await clientEnvironment(target.client, target.addresses, bins)), PYTHONUNBUFFERED: '1' },
      });
      process.exitCode = await new Promise<number>((done, failed) => {
        child.once('error', failed);
        child.once('close', (code) => done(code ?? 1));
      });
    });
}

function needSetup(client: ClientDirectory): void {
  if (!existsSync(client.rucioConfig))
    throw new Error(`${client.directory} is not set up: run "vre client setup --account NAME" first`);
}
