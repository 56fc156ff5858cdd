import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuiltEnvironment } from '@vre/environments';
import { buildEnvironments } from '../../src/client/build-environments.ts';
import { clientEnvironment } from '../../src/client/client-environment.ts';
import {
  type ClientDirectory,
  clientDirectory,
  writeReanaToken,
  writeRucioConfig,
} from '../../src/client/client-files.ts';
import { type ClientRun, runClient } from '../../src/client/run-client.ts';
import { callControl } from '../../src/control/control-client.ts';
import { createPerson, type Person } from '../../src/demo/person.ts';
import { sharedBuilds, type TestPlatform } from './platform.ts';

/** An ordinary account with the field's own clients at hand. */
export interface Researcher {
  readonly username: string;
  readonly password: string;
  readonly scope: string;
  readonly person: Person;
  readonly client: ClientDirectory;
  /** Folder of the researcher's files; commands run in it. */
  readonly home: string;
  rucio(...words: string[]): Promise<ClientRun>;
  reana(...words: string[]): Promise<ClientRun>;
}

let counter = 0;

/** Creates an account, signs it in, logs the rucio client in by OIDC and mints a REANA token. */
export async function createResearcher(
  platform: TestPlatform | Pick<TestPlatform, 'installation' | 'addresses'>,
  options: { readonly clients?: readonly ('rucio' | 'reana')[] } = {},
): Promise<Researcher> {
  const clients = options.clients ?? ['rucio', 'reana'];
  const username = `tester${process.pid.toString(36)}${(counter++).toString(36)}`;
  const password = 'correct horse battery staple';
  await callControl(platform.installation, 'api', '/aai/users', {
    method: 'POST',
    json: { username, name: `Tester ${counter}`, email: `${username}@example.org`, password },
  });
  const { portal } = platform.addresses;
  const person = createPerson({ username, password });
  await person.visit(`${portal}/x/login?next=/`);
  const home = await mkdtemp(join(tmpdir(), `vre-${username}-`));
  const client = clientDirectory(join(home, 'client'));
  await mkdir(client.directory, { mode: 0o700 });
  await writeRucioConfig(client, username, platform.addresses);
  if (clients.includes('reana')) {
    const { url } = (await person.json(`${portal}/x/reana/connect`, { method: 'POST', json: {} })) as {
      readonly url: string;
    };
    await person.visit(url);
    const { token } = (await person.json(`${portal}/x/reana/x-tokens`, {
      method: 'POST',
      json: { name: 'test' },
    })) as { readonly token: string };
    await writeReanaToken(client, token);
  }
  const run = async (
    environment: BuiltEnvironment,
    words: readonly [string, ...string[]],
    onOutput?: (soFar: string) => void,
  ) =>
    runClient(words, {
      environment: await clientEnvironment(client, platform.addresses, [environment.binDirectory]),
      directory: home,
      ...(onOutput ? { onOutput } : {}),
    });
  const environments = await clientEnvironments();
  if (clients.includes('rucio')) {
    const signIn = followSignIn(person, platform.addresses.lake);
    const { code, output } = await run(environments['rucio-clients'], ['rucio', 'whoami'], signIn);
    if (code !== 0) throw new Error(`the rucio client could not sign in:\n${output}`);
  }
  return {
    username,
    password,
    scope: `user.${username}`,
    person,
    client,
    home,
    rucio: (...words) => run(environments['rucio-clients'], ['rucio', ...words]),
    reana: (...words) => run(environments['reana-client'], ['reana-client', ...words]),
  };
}

/** The environments of the clients, built once a machine. */
export const clientEnvironments = (): Promise<
  Readonly<Record<'rucio-clients' | 'reana-client', BuiltEnvironment>>
> =>
  buildEnvironments(['rucio-clients', 'reana-client'], sharedBuilds, (line) =>
    process.stderr.write(`${line}\n`),
  );

/** Opens the address that the waiting client prints, once. */
export function followSignIn(person: Person, lake: string): (soFar: string) => void {
  let opened = false;
  return (soFar) => {
    const address = soFar.match(/https?:\/\/\S+\/auth\/oidc_redirect\?\S+/)?.[0];
    if (opened || address === undefined || !address.startsWith(lake)) return;
    opened = true;
    person.visit(address).catch((error: Error) => process.stderr.write(`sign-in failed: ${error.message}\n`));
  };
}
