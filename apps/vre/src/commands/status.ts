import type { Command } from 'commander';
import { storageElements } from '../composition/storage-elements.ts';
import { callControl } from '../control/control-client.ts';
import type { ProcessHealth } from '../control/control-server.ts';
import { addressesOf } from '../installation/addresses.ts';
import { examineDisks, sentenceOnSpace } from '../installation/disk.ts';
import { openTarget, type TargetOptions, withTarget } from './target.ts';

/** `vre status` and `vre audit`: is everything well, and do the tables agree with each other. */
export function addStatusCommand(program: Command): void {
  withTarget(program.command('status'))
    .description('show what runs, where it answers and what is wrong')
    .option('--json', 'print JSON')
    .action(async (options: TargetOptions & { readonly json?: boolean }) => {
      const { configuration, installation } = await openTarget(options, { create: false });
      const ask = async (name: 'api' | 'worker') =>
        (await callControl(installation, name, '/health')) as ProcessHealth;
      const [api, worker] = await Promise.allSettled([ask('api'), ask('worker')]);
      const disks = await examineDisks([
        installation.directory,
        ...storageElements(installation, configuration).map(({ directory }) => directory),
      ]);
      const tight = disks.filter(({ verdict }) => verdict !== 'roomy');
      // Nothing runs only when neither answers; one alone is down, and the supervisor starts it again.
      if (api.status === 'rejected' && worker.status === 'rejected')
        throw new Error([String(api.reason.message), ...tight.map(sentenceOnSpace)].join('. '));
      const health = {
        api: api.status === 'fulfilled' ? api.value : undefined,
        worker: worker.status === 'fulfilled' ? worker.value : undefined,
      };
      const silent = (['api', 'worker'] as const).filter((name) => health[name] === undefined);
      const addresses = addressesOf(installation, configuration);
      const failing = (health.worker?.daemons ?? []).filter((daemon) => daemon.lastError !== undefined);
      const states = Object.entries(health.api?.services ?? {});
      const full = tight.some(({ verdict }) => verdict === 'full');
      if (full || silent.length > 0 || states.some(([, state]) => !state.ok) || failing.length > 0)
        process.exitCode = 2;
      if (options.json) {
        process.stdout.write(
          `${JSON.stringify({ addresses: { ...addresses, internal: undefined }, ...health, disks }, null, 2)}\n`,
        );
        return;
      }
      const lines = [
        `portal        ${addresses.portal}`,
        `rucio         ${addresses.lake}`,
        `storage door  ${addresses.storageDoor}`,
        '',
        ...silent.map(
          (name) =>
            `DOWN  ${name.padEnd(14)} The process does not answer; "vre up" starts it again by itself: see "vre logs ${name}".`,
        ),
        ...states.map(([name, state]) => `${state.ok ? 'ok  ' : 'DOWN'}  ${name.padEnd(14)} ${state.detail}`),
        ...tight.map(
          (disk) =>
            `${disk.verdict === 'full' ? 'FULL' : 'LOW '}  ${'disk'.padEnd(14)} ${sentenceOnSpace(disk)}`,
        ),
        ...failing.map((daemon) => `FAILS ${daemon.name.padEnd(14)} ${daemon.lastError}`),
      ];
      process.stdout.write(`${lines.join('\n')}\n`);
    });

  withTarget(program.command('audit'))
    .description(
      'check that the stores agree with each other and with the files; prints every broken invariant',
    )
    .option('--json', 'print JSON')
    .action(async (options: TargetOptions & { readonly json?: boolean }) => {
      const { installation } = await openTarget(options, { create: false });
      const findings = (await callControl(installation, 'api', '/audit', {
        method: 'POST',
        json: {},
      })) as readonly {
        readonly service: string;
        readonly invariant: string;
        readonly subject: string;
        readonly detail: string;
      }[];
      if (findings.length > 0) process.exitCode = 2;
      if (options.json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
      else if (findings.length === 0) process.stdout.write('audit clean\n');
      else
        for (const { service, invariant, subject, detail } of findings)
          process.stdout.write(`${service}: ${invariant}: ${subject}: ${detail}\n`);
    });
}
