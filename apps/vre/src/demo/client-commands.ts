import { clientEnvironment } from '../client/client-environment.ts';
import { runClient } from '../client/run-client.ts';
import { type DemoState, need } from './demo-state.ts';
import { DemoFailed } from './step.ts';

/** Runs the real `rucio` as the researcher; throws what it printed when it fails. */
export const rucio = (
  state: DemoState,
  words: readonly string[],
  onOutput?: (soFar: string) => void,
): Promise<string> => runAs(state, 'rucio-clients', ['rucio', ...words], state.project, onOutput);

/** Runs the real `reana-client` as the researcher, in the folder of the science project. */
export const reanaClient = (state: DemoState, words: readonly string[]): Promise<string> =>
  runAs(state, 'reana-client', ['reana-client', ...words], state.project);

async function runAs(
  state: DemoState,
  environment: 'rucio-clients' | 'reana-client',
  command: readonly [string, ...string[]],
  directory: string,
  onOutput?: (soFar: string) => void,
): Promise<string> {
  const built = need(state, 'environments')[environment];
  const variables = await clientEnvironment(need(state, 'client'), need(state, 'addresses'), [
    built.binDirectory,
  ]);
  const { code, output } = await runClient(command, {
    environment: variables,
    directory,
    ...(onOutput ? { onOutput } : {}),
  });
  if (code !== 0) throw new DemoFailed(`"${command.join(' ')}" ended with code ${code}:\n${output.trim()}`);
  return output;
}
