import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { openTarget, type TargetOptions, withTarget } from './target.ts';

/** `vre logs`: the platform's own logs, JSON lines of api, worker and PostgreSQL. */
export function addLogsCommand(program: Command): void {
  withTarget(program.command('logs'))
    .description('show what the processes of the VRE logged')
    .argument('[process]', 'api, worker or postgres; all of them unless given')
    .option('-f, --follow', 'keep showing new lines')
    .option('-n, --lines <count>', 'how many lines of the past', '50')
    .action(
      async (
        name: string | undefined,
        options: TargetOptions & { readonly follow?: boolean; readonly lines: string },
      ) => {
        const { installation } = await openTarget(options, { create: false });
        const known = (await readdir(installation.logs)).filter((file) => file.endsWith('.log'));
        const files = known.filter((file) => name === undefined || file === `${name}.log`);
        if (files.length === 0)
          throw new Error(
            `there is no log of ${name}: choose from ${known.map((file) => file.slice(0, -4)).join(', ')}`,
          );
        const tail = spawn(
          'tail',
          [
            '-n',
            options.lines,
            ...(options.follow ? ['-F'] : []),
            ...files.map((file) => join(installation.logs, file)),
          ],
          {
            stdio: 'inherit',
          },
        );
        process.exitCode = await new Promise<number>((resolve) =>
          tail.once('exit', (code) => resolve(code ?? 0)),
        );
      },
    );
}
