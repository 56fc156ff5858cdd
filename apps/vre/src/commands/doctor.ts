import type { Command } from 'commander';
import pc from 'picocolors';
import { examineMachine, type Finding } from '../doctor/examine-machine.ts';
import { openTarget, type TargetOptions, withTarget } from './target.ts';

const marks: Record<Finding['verdict'], string> = {
  good: pc.green('ok     '),
  limited: pc.yellow('limited'),
  missing: pc.red('missing'),
};

/** `vre doctor`: what this machine lacks, what that disables, and the one command that helps. */
export function addDoctorCommand(program: Command): void {
  withTarget(program.command('doctor'))
    .description('explain what is missing on this machine and what that disables')
    .option('--json', 'print JSON')
    .action(async (options: TargetOptions & { readonly json?: boolean }) => {
      const { installation } = await openTarget(options, { create: false }).catch(() => ({
        installation: undefined,
      }));
      const findings = await examineMachine(installation?.directory ?? options.data);
      if (findings.some(({ verdict }) => verdict === 'missing')) process.exitCode = 2;
      if (options.json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
      else
        for (const { what, verdict, sentence } of findings)
          process.stdout.write(`${marks[verdict]} ${what.padEnd(18)} ${sentence}\n`);
    });
}
