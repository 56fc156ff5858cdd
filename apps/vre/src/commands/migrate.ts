import type { Command } from 'commander';
import { openTarget, type TargetOptions, withTarget } from './target.ts';

/** `vre migrate`: brings a database by URL up to this release, before its processes are started. */
export function addMigrateCommand(program: Command): void {
  withTarget(program.command('migrate'))
    .description('bring the database up to this release ("vre up" and "vre serve" do it themselves)')
    .action(async (options: TargetOptions) => {
      const { configuration, installation } = await openTarget(options, { create: true });
      const { migrateDatabase } = await import('../composition/migrate-database.ts');
      const applied = await migrateDatabase(installation, configuration);
      process.stdout.write(applied.length === 0 ? 'nothing to do\n' : `${applied.join('\n')}\n`);
    });
}
