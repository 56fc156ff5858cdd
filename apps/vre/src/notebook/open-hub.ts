import { readFile } from 'node:fs/promises';
import { createHttpClient } from '@vre/http-client';
import { createHubClient, type HubClient, HubError, type ServerModel } from '@vre/protocol-jupyterhub';
import { audiences } from '@vre/service';
import { z } from 'zod';
import type { ClientDirectory } from '../client/client-files.ts';
import { signInByDevice } from '../client/device-sign-in.ts';
import { makeHubToken } from '../client/hub-token.ts';
import { type JupyterServer, jupyterServer } from './jupyter-server.ts';
import { trustingFetch } from './trusting-fetch.ts';

/** A person at the hub of a VRE. */
export type OpenHub = {
  /** Address of the hub, without a slash at the end. */
  readonly address: string;
  /** The person's name there. */
  readonly user: string;
  readonly api: HubClient;
  /** A server of the person, running or not. */
  server(name: string): Promise<ServerModel | undefined>;
  /** What runs in a ready server. */
  jupyter(server: Pick<ServerModel, 'url'>): JupyterServer;
  close(): Promise<void>;
};

const sessionSchema = z.looseObject({
  addresses: z.looseObject({ issuer: z.string(), notebooks: z.string() }),
});

/**
 * The hub of a VRE with the token that this machine keeps; the person signs in when there is none, or it counts no
 * more. The caller closes it.
 */
export async function openHub(options: {
  readonly portal: string;
  readonly authorityFile: string | undefined;
  readonly client: ClientDirectory;
  readonly show: (sentence: string) => void;
}): Promise<OpenHub> {
  const { client, authorityFile, show } = options;
  const http = createHttpClient({ authorityFile });
  const calls = trustingFetch(authorityFile);
  const at = (hub: string, token: string) =>
    createHubClient({
      fetch: calls.fetch,
      baseUrl: `${hub}/hub/api`,
      headers: { authorization: `token ${token}` },
    });
  try {
    const { addresses } = sessionSchema.parse(await http.json(`${options.portal}/x/session`));
    const hub = addresses.notebooks;
    let token = (await readFile(client.hubTokenFile, 'utf8').catch(() => '')).trim();
    let user = token === '' ? undefined : await ownerOf(at(hub, token));
    if (user === undefined) {
      const [bearer] = await signInByDevice(http, addresses.issuer, [audiences.notebooks], show);
      token = await makeHubToken(http, hub, bearer, client, show);
      user = (await at(hub, token).currentUser()).name;
    }
    const api = at(hub, token);
    const name = user;
    return {
      address: hub,
      user: name,
      api,
      server: async (wanted) => (await api.user(name)).servers?.[wanted],
      jupyter: ({ url }) => jupyterServer(new URL(url, hub).href, token, calls),
      close: () => calls.close(),
    };
  } catch (error) {
    await calls.close();
    throw error;
  } finally {
    await http.close();
  }
}

/** Name of the person whose token it is; `undefined` when it is unknown, expired or revoked. */
async function ownerOf(api: HubClient): Promise<string | undefined> {
  try {
    return (await api.currentUser()).name;
  } catch (error) {
    if (error instanceof HubError && error.statusCode === 403) return undefined;
    throw error;
  }
}
