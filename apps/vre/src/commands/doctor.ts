import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import pc from 'picocolors';
import { type Configuration, loadConfiguration } from '../configuration/configuration.ts';
import { examineMachine, type Finding } from '../doctor/examine-machine.ts';
import { openInstallation } from '../installation/installation.ts';
import { type TargetOptions, withTarget } from './target.ts';

const marks: Record<Finding['verdict'], string> = {
  good: pc.green('ok     '),
  limited: pc.yellow('limited'),
  missing: pc.red('missing'),
};

const broken = (what: string, error: Error): Finding => ({
  what,
  verdict: 'missing',
  sentence: error.message.replaceAll('\n', '; '),
});

/** A directory that was made and cannot be used; one that is not there yet is nothing to complain of. */
async function dataDirectory(directory: string, configuration: Configuration): Promise<readonly Finding[]> {
  if (!existsSync(join(directory, 'installation.json'))) return [];
  return openInstallation(directory, configuration, { create: false }).then(
    () => [],
    (error: Error) => [broken('data directory', error)],
  );
}

/** `vre doctor`: what this machine lacks, what that disables, and the one command that helps. */
export function addDoctorCommand(program: Command): void {
  withTarget(program.command('doctor'))
    .description('explain what is missing on this machine and what that disables')
    .option('--json', 'print JSON')
    .action(async (options: TargetOptions & { readonly json?: boolean }) => {
      const { configuration, problem } = await loadConfiguration({ file: options.config }).then(
        (loaded) => ({ configuration: loaded, problem: undefined }),
        (error: Error) => ({ configuration: undefined, problem: broken('configuration', error) }),
      );
      const findings = [
        ...(problem === undefined ? [] : [problem]),
        ...(configuration === undefined ? [] : await dataDirectory(options.data, configuration)),
        ...(await examineMachine(options.data, configuration)),
      ];
      if (findings.some(({ verdict }) => verdict === 'missing')) process.exitCode = 2;
      if (options.json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
      else
        for (const { what, verdict, sentence } of findings)
          process.stdout.write(`${marks[verdict]} ${what.padEnd(18)} ${sentence}\n`);
    });
}
