import type { Command } from 'commander';
import { migrate } from '@vre/database';
import { openProcess } from '../composition/service-contexts.ts';
import { composeServices } from '../composition/services.ts';
import { openTarget, type TargetOptions, withTarget } from './target.ts';

/** `vre migrate`: brings a database by URL up to this release, before its processes are started. */
export function addMigrateCommand(program: Command): void {
  withTarget(program.command('migrate'))
    .description('bring the database up to this release ("vre up" and "vre serve" do it themselves)')
    .action(async (options: TargetOptions) => {
      const { configuration, installation } = await openTarget(options, { create: true });
      const context = await openProcess(installation, configuration, { name: 'migrate', listensForWork: false });
      try {
        const services = await composeServices(context);
        const applied = await migrate(context.database, [...services.values()].flatMap((service) => service.migrations ?? []));
        process.stdout.write(applied.length === 0 ? 'nothing to do\n' : `${applied.join('\n')}\n`);
      } finally {
        await context.close();
      }
    });
}
