import { chmod, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { callControl } from '../control/control-client.ts';
import { openTarget, type TargetOptions, withTarget } from './target.ts';

type AddOptions = TargetOptions & {
  readonly name?: string;
  readonly email?: string;
  readonly administrator?: boolean;
  readonly passwordFile?: string;
};

/** `vre user add|list|disable`, through the running platform. */
export function addUserCommands(program: Command): void {
  const user = program.command('user').description('people who may sign in');
  withTarget(user.command('add'))
    .description('create an account; prints a one-time password unless it is written to a file')
    .argument('<username>', 'lower-case letters, digits, _ and -; starts with a letter')
    .option('--name <name>', 'full name')
    .option('--email <address>', 'e-mail address')
    .option('--administrator', 'may administrate the VRE')
    .option('--password-file <file>', 'write the one-time password there (0600) instead of printing it')
    .action(async (username: string, options: AddOptions) => {
      const { installation } = await openTarget(options, { create: false });
      const answer = (await callControl(installation, 'api', '/aai/users', {
        method: 'POST',
        json: {
          username,
          name: options.name,
          email: options.email,
          administrator: options.administrator ?? false,
        },
      })) as { readonly username: string; readonly oneTimePassword: string };
      if (options.passwordFile === undefined) {
        process.stdout.write(
          `${answer.username} may sign in with the one-time password ${answer.oneTimePassword}\n`,
        );
      } else {
        await writeFile(options.passwordFile, `${answer.oneTimePassword}\n`, { mode: 0o600 });
        await chmod(options.passwordFile, 0o600);
        process.stdout.write(
          `${answer.username} may sign in with the one-time password in ${options.passwordFile}\n`,
        );
      }
    });
  withTarget(user.command('list'))
    .description('list accounts')
    .option('--json', 'print JSON')
    .action(async (options: TargetOptions & { readonly json?: boolean }) => {
      const { installation } = await openTarget(options, { create: false });
      const users = (await callControl(installation, 'api', '/aai/users')) as readonly {
        readonly username: string;
        readonly name?: string;
        readonly email?: string;
        readonly disabled?: boolean;
        readonly administrator?: boolean;
      }[];
      if (options.json) process.stdout.write(`${JSON.stringify(users, null, 2)}\n`);
      else {
        for (const { username, name, email, disabled, administrator } of users) {
          const marks = [administrator ? 'administrator' : '', disabled ? 'disabled' : '']
            .filter(Boolean)
            .join(', ');
          process.stdout.write(
            `${username.padEnd(26)} ${(name ?? '').padEnd(28)} ${(email ?? '').padEnd(32)} ${marks}\n`,
          );
        }
      }
    });
  withTarget(user.command('disable'))
    .description('end sessions and tokens of an account and refuse new ones')
    .argument('<username>')
    .action(async (username: string, options: TargetOptions) => {
      const { installation } = await openTarget(options, { create: false });
      await callControl(installation, 'api', `/aai/users/${encodeURIComponent(username)}/disable`, {
        method: 'POST',
        json: {},
      });
      process.stdout.write(`${username} is disabled\n`);
    });
}
