import {
  buildEnvironment,
  type Environment,
  loadEnvironment,
  loadEnvironments,
  lockEnvironment,
  removeUnused,
  runExample,
  testEnvironment,
} from '@vre/environments';
import type { Command } from 'commander';
import { buildEnvironments } from '../client/build-environments.ts';
import { environmentStates, printStates } from './environment-states.ts';
import { type TargetOptions, withTarget } from './target.ts';

type Chosen = TargetOptions & { readonly all?: boolean; readonly json?: boolean };

const say = (line: string) => process.stderr.write(`${line}\n`);
const printJson = (value: unknown) => process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);

/** The named environments, or all. */
async function choose(names: readonly string[], options: Chosen): Promise<readonly Environment[]> {
  if (options.all === true) return loadEnvironments();
  if (names.length === 0) throw new Error('name the environments ("vre env list" shows them), or say --all');
  return Promise.all(names.map((name) => loadEnvironment(name)));
}

/** `vre env list|build|test|lock|gc|activate`: the software environments. */
export function addEnvironmentCommands(program: Command): void {
  const environment = program
    .command('env')
    .description('software environments for notebooks, clients and workflow steps');
  withTarget(environment.command('list'))
    .description('list the environments, whether they are built, their size and last passed smoke test')
    .option('--json', 'print JSON')
    .action(async ({ data, json }: Chosen) => {
      const states = await environmentStates(await loadEnvironments(), data);
      if (json) printJson(states);
      else printStates(states);
    });
  addBuild(environment);
  addTest(environment);
  withTarget(environment.command('lock'))
    .description('choose exact versions for what requirements.in asks for, and write requirements.lock')
    .argument('<names...>')
    .option('--upgrade', 'take the newest versions that fit instead of keeping the locked ones')
    .action(async (names: readonly string[], { data, upgrade }: TargetOptions & { upgrade?: boolean }) => {
      for (const one of await choose(names, { data })) {
        const changed = await lockEnvironment(one, {
          dataDirectory: data,
          report: say,
          upgrade: upgrade === true,
        });
        process.stdout.write(`${one.name}: ${changed ? 'lock written' : 'unchanged'}\n`);
      }
    });
  withTarget(environment.command('gc'))
    .description('remove built environments that no declaration leads to any more and no process uses')
    .option('--json', 'print JSON')
    .action(async ({ data, json }: Chosen) => {
      const unused = await removeUnused(await loadEnvironments(), { dataDirectory: data });
      if (json) printJson(unused);
      for (const { directory, bytes, usedBy } of json ? [] : unused) {
        const fate =
          usedBy.length === 0
            ? `removed, ${Math.round(bytes / 1e6)} MB`
            : `kept, used by ${usedBy.join(', ')}`;
        process.stdout.write(`${directory}: ${fate}\n`);
      }
    });
  withTarget(environment.command('activate'))
    .description(
      'print the commands that put an environment first in this shell: eval "$(vre env activate NAME)"',
    )
    .argument('<name>')
    .action(async (name: string, options: TargetOptions) => {
      const { [name]: built } = await buildEnvironments([name], options.data, say);
      process.stdout.write(`export PATH='${built?.binDirectory}':"$PATH"\n`);
    });
}

function addBuild(environment: Command): void {
  withTarget(environment.command('build'))
    .description('build environments, or find them built')
    .argument('[names...]')
    .option('--all', 'every environment')
    .option('--json', 'print what was built as JSON: size, seconds, smoke test')
    .action(async (names: readonly string[], options: Chosen) => {
      const chosen = await choose(names, options);
      for (const one of chosen) {
        const { directory } = await buildEnvironment(one, { dataDirectory: options.data, report: say });
        if (options.json !== true) process.stdout.write(`${one.name}: ${directory}\n`);
      }
      if (options.json === true) printJson(await environmentStates(chosen, options.data));
    });
}

function addTest(environment: Command): void {
  withTarget(environment.command('test'))
    .description('run the smoke tests of environments, and the examples of cards, on real data')
    .argument('[names...]')
    .option('--all', 'every environment')
    .option('--example', 'run the example notebooks as well')
    .option('--json', 'print JSON')
    .action(async (names: readonly string[], options: Chosen & { readonly example?: boolean }) => {
      const building = { dataDirectory: options.data, report: say };
      const results: {
        name: string;
        passed: boolean;
        seconds?: number;
        example?: number;
        problem?: string;
      }[] = [];
      for (const one of await choose(names, options)) {
        const name = one.name;
        try {
          const { smokeTest } = await testEnvironment(one, building);
          const seconds = smokeTest.seconds;
          if (options.example !== true || one.profile?.example === undefined) {
            results.push({ name, passed: true, seconds });
            continue;
          }
          const lab = await buildEnvironment(await loadEnvironment('lab'), building);
          const card = await buildEnvironment(one, building);
          const example = await runExample(one, { lab, card }, building);
          results.push({ name, passed: true, seconds, example });
        } catch (error) {
          results.push({ name, passed: false, problem: (error as Error).message });
        }
      }
      if (options.json === true) printJson(results);
      for (const { name, passed, seconds, example, problem } of options.json === true ? [] : results) {
        const times = `${seconds?.toFixed(1)} s${example === undefined ? '' : `, example ${example.toFixed(1)} s`}`;
        process.stdout.write(`${name.padEnd(16)} ${passed ? `passed in ${times}` : `failed: ${problem}`}\n`);
      }
      if (results.some(({ passed }) => !passed)) process.exitCode = 1;
    });
}
