import { getGlobalDispatcher } from 'undici';
import { type JupyterServer, jupyterServer } from '../../src/notebook/jupyter-server.ts';
import type { TestPlatform } from './platform.ts';
import type { Researcher } from './researcher.ts';
import { until } from './wait.ts';

/** A researcher's notebook server that runs, with a token of the hub as a script would have it. */
export interface NotebookServer {
  /** `…/user/NAME/`. */
  readonly base: string;
  readonly token: string;
  readonly jupyter: JupyterServer;
  /** Runs Python in a new kernel and answers what it printed; throws the traceback. */
  python(code: string): Promise<string>;
  stop(): Promise<void>;
}

type Model = {
  readonly ready: boolean;
  readonly stopped: boolean;
  readonly full_url: string;
  readonly vre: { readonly state: string; readonly message: string; readonly log: readonly string[] };
};

/** Starts the researcher's server of a card through the hub, as the portal does, and waits until it answers. */
export async function startNotebookServer(
  { addresses }: Pick<TestPlatform, 'addresses'>,
  { person, username }: Pick<Researcher, 'person' | 'username'>,
  profile: string,
): Promise<NotebookServer> {
  await person.visit(`${addresses.notebooks}/hub/login?next=/hub/api/user`);
  const user = `${addresses.portal}/x/hub/users/${username}`;
  await person.json(`${user}/server`, { method: 'POST', json: { profile } });
  const look = async () => (await person.json(`${user}/server`)) as Model;
  const { ready, full_url: base, vre } = await until(look, (model) => model.ready || model.stopped, 180);
  if (!ready)
    throw new Error(`the server of ${profile} did not start: ${vre.message}\n${vre.log.join('\n')}`);
  const { token } = (await person.json(`${user}/tokens`, {
    method: 'POST',
    json: { note: 'script', expires_in: 3600 },
  })) as { readonly token: string };
  const jupyter = jupyterServer(base, token, { fetch, dispatcher: getGlobalDispatcher() });
  return {
    base,
    token,
    jupyter,
    python: async (code) => {
      const { id, kernel } = await jupyter.session(`script-${Date.now()}.ipynb`, 'python3');
      try {
        const { outputs, error } = await kernel.execute(code);
        if (error !== undefined) throw new Error(error);
        return outputs.map((output) => String(output['text'] ?? '')).join('');
      } finally {
        kernel.close();
        await jupyter.endSession(id);
      }
    },
    stop: async () => {
      await person.json(`${user}/server`, { method: 'DELETE' });
      await until(look, (model) => model.stopped, 60);
    },
  };
}
