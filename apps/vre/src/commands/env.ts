import { loadEnvironments } from '@vre/environments';
import type { Command } from 'commander';
import { buildEnvironments } from '../client/build-environments.ts';
import { type TargetOptions, withTarget } from './target.ts';

/** `vre env list|build|activate`: the software environments. */
export function addEnvironmentCommands(program: Command): void {
  const environment = program
    .command('env')
    .description('software environments for clients and workflow steps');
  environment
    .command('list')
    .description('list the environments that can be built')
    .option('--json', 'print JSON')
    .action(async (options: { readonly json?: boolean }) => {
      const known = await loadEnvironments();
      if (options.json) {
        process.stdout.write(
          `${JSON.stringify(
            known.map(({ lock: _lock, ...rest }) => rest),
            null,
            2,
          )}\n`,
        );
        return;
      }
      for (const { name, title, images } of known) {
        process.stdout.write(
          `${name.padEnd(16)} ${title}${images.length > 0 ? `   (stands for ${images.join(', ')})` : ''}\n`,
        );
      }
    });
  withTarget(environment.command('build'))
    .description('build environments, or find them built')
    .argument('<names...>')
    .action(async (names: readonly string[], options: TargetOptions) => {
      const built = await buildEnvironments(names, options.data, (line) => process.stderr.write(`${line}\n`));
      for (const { name, directory } of Object.values(built)) process.stdout.write(`${name}: ${directory}\n`);
    });
  withTarget(environment.command('activate'))
    .description(
      'print the commands that put an environment first in this shell: eval "$(vre env activate NAME)"',
    )
    .argument('<name>')
    .action(async (name: string, options: TargetOptions) => {
      const { [name]: built } = await buildEnvironments([name], options.data, (line) =>
        process.stderr.write(`${line}\n`),
      );
      process.stdout.write(`export PATH='${built?.binDirectory}':"$PATH"\n`);
    });
}
