import { explainConfig, redactConfig } from '@vre/config';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { configurationSchema, loadConfiguration } from '../configuration/configuration.ts';

/** `vre config`: what is in force, or what every key means. */
export function addConfigCommand(program: Command): void {
  program
    .command('config')
    .description('print the configuration in force, secrets redacted')
    .option('--config <file>', 'configuration file (vre.yaml)', process.env['VRE_CONFIG'])
    .option('--explain', 'list every key with its meaning and default instead')
    .option('--json', 'print JSON')
    .action(
      async (options: { readonly config?: string; readonly explain?: boolean; readonly json?: boolean }) => {
        const value = options.explain
          ? explainConfig(configurationSchema)
          : redactConfig(await loadConfiguration({ file: options.config }));
        if (options.json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
        else if (options.explain) process.stdout.write(explained());
        else process.stdout.write(stringify(value));
      },
    );
}

const explained = () =>
  explainConfig(configurationSchema)
    .map(
      (key) =>
        `${key.path}${key.fallback === undefined ? '' : ` (default ${key.fallback})`}\n    ${key.description}\n`,
    )
    .join('');
