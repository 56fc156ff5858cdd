import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildEnvironments } from '../client/build-environments.ts';
import { clientDirectory, writeRucioConfig } from '../client/client-files.ts';
import { loadConfiguration } from '../configuration/configuration.ts';
import { callControl } from '../control/control-client.ts';
import { addressesOf } from '../installation/addresses.ts';
import { openInstallation } from '../installation/installation.ts';
import { chooseFreeBlock } from '../installation/ports.ts';
import { type DemoState, need } from './demo-state.ts';
import { createPerson } from './person.ts';
import { demoConfigFile, startPlatform, vre } from './platform.ts';
import { signInWithRucio } from './rucio-sign-in.ts';
import { expectThat, type Step } from './step.ts';

/** First port that the demo tries, away from the block of an ordinary installation. */
const demoPortBase = 8400;

export const startTheVre: Step<DemoState> = {
  title: 'start the VRE: PostgreSQL, api and worker on this machine',
  run: async (state) => {
    const fresh = !existsSync(join(state.dataDirectory, 'installation.json'));
    state.platform = await startPlatform(
      state.dataDirectory,
      fresh ? await chooseFreeBlock(demoPortBase) : undefined,
    );
    state.configuration = await loadConfiguration({ file: demoConfigFile(state.dataDirectory) });
    state.installation = await openInstallation(state.dataDirectory, state.configuration, { create: false });
    state.addresses = addressesOf(state.installation, state.configuration);
    const status = await vre(['status', '--data', state.dataDirectory]);
    return [
      `portal ${state.addresses.portal}, Rucio API ${state.addresses.lake}`,
      ...status.split('\n').filter((line) => line.startsWith('ok')),
    ];
  },
};

export const buildTheEnvironments: Step<DemoState> = {
  title: "install the field's own clients, the analysis environment and the data from their locks",
  run: async (state, progress) => {
    state.environments = await buildEnvironments(
      ['rucio-clients', 'reana-client', 'km3net-data', 'python', 'lab', 'minimal'],
      state.dataDirectory,
      progress,
    );
    return Object.values(state.environments).map((built) => `${built.name}: Python ${built.python}`);
  },
};

export const createResearcher: Step<DemoState> = {
  title: 'create a researcher: an ordinary account, nothing below runs as administrator',
  run: async (state) => {
    const installation = need(state, 'installation');
    const users = (await callControl(installation, 'api', '/aai/users')) as readonly {
      readonly username: string;
    }[];
    const taken = new Set(users.map((user) => user.username));
    let username = 'ada';
    for (let number = 2; taken.has(username); number++) username = `ada${number}`;
    const people = join(state.dataDirectory, 'people', username);
    await mkdir(people, { recursive: true, mode: 0o700 });
    const oneTime = join(people, 'one-time-password');
    await vre([
      'user',
      'add',
      username,
      '--name',
      'Ada Researcher',
      '--email',
      `${username}@example.org`,
      '--password-file',
      oneTime,
      '--data',
      state.dataDirectory,
    ]);
    const first = (await readFile(oneTime, 'utf8')).trim();
    const password = randomBytes(12).toString('base64url');
    const passwordFile = join(people, 'password');
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    state.researcher = { username, password, passwordFile };
    const { portal } = need(state, 'addresses');
    state.browser = createPerson({ username, password: first, newPassword: password });
    const page = await state.browser.visit(`${portal}/x/login?next=/`);
    const session = (await state.browser.json(`${portal}/x/session`)) as {
      readonly signedIn?: boolean;
      readonly isAdministrator?: boolean;
    };
    expectThat(
      session.signedIn === true,
      `after signing in, the portal says ${JSON.stringify(session)}; the last page was ${page.url}: ${page.text}`,
    );
    expectThat(session.isAdministrator !== true, `${username} became an administrator`);
    await rm(oneTime);
    return [
      `${username} signed in with the one-time password, chose an own one (${passwordFile}) and landed on ${page.url}`,
    ];
  },
};

export const logInWithRucio: Step<DemoState> = {
  title: 'log in with the real rucio client by its OIDC flow',
  run: async (state) => {
    const { username } = need(state, 'researcher');
    const client = clientDirectory(join(state.dataDirectory, 'people', username, 'client'));
    await writeRucioConfig(client, username, need(state, 'addresses'));
    state.client = client;
    const { whoami, confirmedAt } = await signInWithRucio(state);
    expectThat(whoami.includes(username), `rucio whoami does not name ${username}:\n${whoami}`);
    return [
      `confirmed at ${confirmedAt}`,
      ...whoami.split('\n').filter((line) => /account|status/.test(line)),
    ];
  },
};
