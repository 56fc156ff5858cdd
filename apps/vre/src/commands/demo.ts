import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { type DemoState, need } from '../demo/demo-state.ts';
import { demoSteps } from '../demo/demo-steps.ts';
import { demoConfigFile } from '../demo/platform.ts';
import { runSteps } from '../demo/step.ts';

const project = fileURLToPath(new URL('../../../../science-projects/km3net-orca', import.meta.url));

/** `vre demo`: the main job on real data, with the field's own clients. */
export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description(
      'do the main job on real data: log in, upload, replicate, run a workflow, find the result again',
    )
    .option('--data <directory>', 'data directory of the demo', '.vre-demo')
    .option('--keep', 'leave the VRE running at the end')
    .action(async (options: { readonly data: string; readonly keep?: boolean }) => {
      const state: DemoState = { dataDirectory: resolve(options.data), project };
      const started = Date.now();
      let complete = false;
      try {
        await runSteps(demoSteps, state, process.stdout);
        complete = true;
      } finally {
        if (!(complete && options.keep)) await state.platform?.stop();
      }
      const { username, passwordFile } = need(state, 'researcher');
      const { portal } = need(state, 'addresses');
      process.stdout.write(
        [
          `The main job works (${((Date.now() - started) / 1000).toFixed(0)} s).`,
          options.keep
            ? `Look at it: ${portal}`
            : `Look at it: node apps/vre/bin/vre.js up --data ${state.dataDirectory} --config ${demoConfigFile(state.dataDirectory)}   then open ${portal}`,
          `Sign in as ${username}; the password is in ${passwordFile}`,
          ...(options.keep ? [`Stop it: node apps/vre/bin/vre.js down --data ${state.dataDirectory}`] : []),
          '',
        ].join('\n'),
      );
    });
}
