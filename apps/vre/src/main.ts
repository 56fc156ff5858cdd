import { Command } from 'commander';
import { addBackupCommands } from './commands/backup.ts';
import { addClientCommands } from './commands/client.ts';
import { addConfigCommand } from './commands/config.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addEnvironmentCommands } from './commands/env.ts';
import { addLogsCommand } from './commands/logs.ts';
import { addMigrateCommand } from './commands/migrate.ts';
import { addNotebookCommands } from './commands/notebook.ts';
import { addServeCommand } from './commands/serve.ts';
import { addStatusCommand } from './commands/status.ts';
import { addUpCommands } from './commands/up.ts';
import { addUserCommands } from './commands/user.ts';
import { productVersion } from './installation/installation.ts';

/** The command tree, not yet run; also the source of the reference page. */
export function createProgram(): Command {
  const program = new Command('vre')
    .description('A Virtual Research Environment: log in once, find data, run workflows next to it.')
    .version(productVersion)
    .showHelpAfterError('(run with --help for what is possible)')
    .enablePositionalOptions()
    .exitOverride();
  program.commandsGroup('The platform:');
  addUpCommands(program);
  addStatusCommand(program);
  addLogsCommand(program);
  addUserCommands(program);
  addDemoCommand(program);
  program.commandsGroup('For researchers:');
  addClientCommands(program);
  addNotebookCommands(program);
  addEnvironmentCommands(program);
  program.commandsGroup('Maintenance:');
  addDoctorCommand(program);
  addConfigCommand(program);
  addBackupCommands(program);
  addMigrateCommand(program);
  addServeCommand(program);
  program.helpCommand('help [command]', 'display help for a command');
  return program;
}

/** Runs the `vre` command; returns the exit code. Errors are one sentence on stderr, `VRE_DEBUG=1` adds the stack. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = createProgram();
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    const { code, exitCode, message } = error as { code?: string; exitCode?: number; message: string };
    if (code?.startsWith('commander.')) return exitCode ?? 1;
    const fullDisk = code === 'ENOSPC' || code === 'EDQUOT';
    process.stderr.write(
      `vre: ${fullDisk ? `the disk is full: free some space and try again (${message})` : message}\n`,
    );
    if (process.env['VRE_DEBUG'] === '1') process.stderr.write(`${(error as Error).stack}\n`);
    return 1;
  }
}
