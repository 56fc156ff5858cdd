import type { Command } from 'commander';
import type { Role } from '../composition/run-process.ts';
import { openTarget, type TargetOptions, withTarget } from './target.ts';

const knownRoles: readonly Role[] = [
  'edge',
  'aai',
  'data-lake',
  'storage-door',
  'workflows',
  'notebooks',
  'worker',
];

/** `vre serve`: one process with any subset of the roles; `vre up` starts two of them. */
export function addServeCommand(program: Command): void {
  withTarget(program.command('serve'))
    .description('run some roles of the VRE as one process, for sites with several machines')
    .requiredOption('--roles <roles>', `comma-separated: ${knownRoles.join(', ')}`)
    .option('--name <name>', 'name of this process, for logs and its control socket', 'serve')
    .option('--port-base <port>', 'first of the block of ports')
    .action(async (options: TargetOptions & { readonly roles: string; readonly name: string }) => {
      const { openProcess } = await import('../composition/service-contexts.ts');
      const { runProcess } = await import('../composition/run-process.ts');
      const roles = new Set(options.roles.split(',').map(parseRole));
      const { configuration, installation } = await openTarget(options, { create: true });
      const context = await openProcess(installation, configuration, {
        name: options.name,
        listensForWork: roles.has('worker'),
      });
      const running = await runProcess(context, options.name, roles).catch((error: Error) => {
        // What was opened before the failure would keep the process alive, and whoever started it waiting.
        process.stderr.write(`vre: ${error.message}\n`);
        process.exit(1);
      });
      context.log.info({ roles: [...roles] }, 'ready');
      process.send?.('ready');
      await new Promise<void>((resolve) => {
        process.once('SIGTERM', resolve);
        process.once('SIGINT', resolve);
        // The supervisor died: nobody would stop this process any more.
        process.once('disconnect', resolve);
      });
      // A hung connection must not keep a process of a stopped platform alive.
      setTimeout(() => process.exit(1), 12_000).unref();
      await running.stop();
      process.exit(0);
    });
}

function parseRole(text: string): Role {
  const role = knownRoles.find((known) => known === text.trim());
  if (role === undefined) throw new Error(`${text} is not a role: choose from ${knownRoles.join(', ')}`);
  return role;
}
