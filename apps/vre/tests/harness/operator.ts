import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientEnvironment } from '../../src/client/client-environment.ts';
import { clientDirectory } from '../../src/client/client-files.ts';
import { type ClientRun, runClient } from '../../src/client/run-client.ts';
import { startPlatformForTests, type TestPlatform } from './platform.ts';
import { clientEnvironments } from './researcher.ts';

/** A VRE whose operator signs in to the lake as `root`, with a password. */
export interface OperatedPlatform extends TestPlatform {
  /** The operator's rucio client. */
  root(...words: string[]): Promise<ClientRun>;
  /** The rucio client of whoever signs in with a name and a password. */
  rucioAs(account: string, username: string, password: string): (...words: string[]) => Promise<ClientRun>;
}

const password = 'open sesame, said the operator';

/** Starts a VRE with an operator; `lake` is further configuration of the data lake. */
export async function startOperatedPlatform(
  name: string,
  lake: Readonly<Record<string, unknown>> = {},
): Promise<OperatedPlatform> {
  const home = await mkdtemp(join(tmpdir(), 'vre-operator-'));
  const passwordFile = join(home, 'root-password');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  const platform = await startPlatformForTests({
    name,
    configuration: {
      'data-lake': {
        userpass: [{ identity: 'ops', account: 'root', 'password-file': passwordFile }],
        ...lake,
      },
    },
  });
  const rucioAs: OperatedPlatform['rucioAs'] =
    (account, username, secret) =>
    async (...words) => {
      const directory = await mkdtemp(join(home, 'client-'));
      const client = clientDirectory(directory);
      const { lake: host, authorityFile } = platform.addresses;
      await writeFile(
        client.rucioConfig,
        `[client]
rucio_host = ${host}
auth_host = ${host}
auth_type = userpass
username = ${username}
password = ${secret}
account = ${account}
auth_token_file_path = ${join(directory, 'token')}
${authorityFile === undefined ? '' : `ca_cert = ${authorityFile}`}
`,
        { mode: 0o600 },
      );
      const { 'rucio-clients': environment } = await clientEnvironments();
      return runClient(['rucio', ...words], {
        environment: await clientEnvironment(client, platform.addresses, [environment.binDirectory]),
        directory: home,
      });
    };
  return {
    ...platform,
    rucioAs,
    root: rucioAs('root', 'ops', password),
    dispose: async () => {
      await platform.dispose();
      await rm(home, { recursive: true, force: true });
    },
  };
}
