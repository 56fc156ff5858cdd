import { setTimeout as pause } from 'node:timers/promises';
import { createHttpClient } from '@vre/http-client';
import { audiences } from '@vre/service';
import { z } from 'zod';
import { type ClientDirectory, writeReanaToken, writeRucioConfig } from './client-files.ts';
import { signInByDevice } from './device-sign-in.ts';
import { makeHubToken } from './hub-token.ts';

const sessionSchema = z.looseObject({
  addresses: z.looseObject({
    portal: z.string(),
    issuer: z.string(),
    lake: z.string(),
    notebooks: z.string(),
  }),
});
const tokenSchema = z.looseObject({ token: z.string(), expiresAt: z.iso.datetime().nullable() });
const connectionSchema = z.looseObject({
  id: z.string(),
  verificationUriComplete: z.string(),
  userCode: z.string(),
});

/**
 * Prepares a folder with everything `rucio`, `reana-client` and `vre notebook` need for one account of one VRE. Signs
 * in by the device flow, once, for the tokens of REANA and of the hub; `rucio` signs in by itself at its first command. Returns the lines to show at the end.
 */
export async function setUpClient(options: {
  readonly portal: string;
  readonly account: string;
  readonly authorityFile: string | undefined;
  readonly client: ClientDirectory;
  readonly connect: boolean;
  readonly show: (sentence: string) => void;
}): Promise<void> {
  const { portal, account, authorityFile, client, show } = options;
  const http = createHttpClient({ authorityFile });
  try {
    const { addresses } = sessionSchema.parse(await http.json(`${portal}/x/session`));
    await writeRucioConfig(client, account, { lake: addresses.lake, workflows: portal, authorityFile });
    show(`wrote ${client.rucioConfig}`);
    const [bearer, forHub] = await signInByDevice(
      http,
      addresses.issuer,
      [audiences.workflows, audiences.notebooks],
      show,
    );
    const authorization = { authorization: `Bearer ${bearer}` };
    const name = `vre client on ${process.env['HOSTNAME'] ?? 'this machine'}`;
    const { token, expiresAt } = tokenSchema.parse(
      await http.json(`${portal}/api/x-tokens`, { headers: authorization, json: { label: name } }),
    );
    await writeReanaToken(client, token);
    show(
      `wrote ${client.reanaTokenFile}${expiresAt === null ? '' : `, valid until ${expiresAt.slice(0, 10)}: run this command again then`}`,
    );
    await makeHubToken(http, addresses.notebooks, forHub, client, show);
    if (!options.connect) return;
    const connection = connectionSchema.parse(
      await http.json(`${portal}/api/connect/device`, { method: 'POST', headers: authorization, json: {} }),
    );
    show(
      `Let workflows use your data: open ${connection.verificationUriComplete} and confirm the code ${connection.userCode}`,
    );
    for (let waited = 0; waited < 600; waited += 3) {
      await pause(3000);
      const state = (await http.json(`${portal}/api/connect/device/${connection.id}`, {
        headers: authorization,
      })) as { readonly state?: string; readonly status?: string };
      if ((state.state ?? state.status) === 'connected') return show('workflows are connected');
    }
    throw new Error(
      'nobody confirmed in time; press Connect in the portal under "Use from my computer" instead',
    );
  } finally {
    await http.close();
  }
}
