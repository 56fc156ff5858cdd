import { z } from 'zod';
import { type KernelChannel, openKernelChannel } from './kernel-channel.ts';
import type { TrustingFetch } from './trusting-fetch.ts';

const kernelSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  execution_state: z.string().optional(),
});
const sessionSchema = z.looseObject({ id: z.string(), kernel: kernelSchema });

/** A cell of a notebook, as far as running it needs (nbformat 4). */
export type Cell = {
  readonly cell_type: string;
  readonly source: string | readonly string[];
  readonly [key: string]: unknown;
};
export type Notebook = {
  readonly cells: readonly Cell[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly nbformat: number;
  readonly nbformat_minor: number;
};

/** Somebody's Jupyter server, spoken to as a script does: REST and kernel channels with a token of the hub. */
export interface JupyterServer {
  /** Makes a folder in the home, and those above it; nothing happens where there is one. */
  makeFolder(path: string): Promise<void>;
  /** Writes a notebook into the home; folders of the path must exist. */
  put(path: string, notebook: Notebook): Promise<void>;
  get(path: string): Promise<Notebook>;
  /** Starts a kernel for a notebook; the name is one of its kernel specs. */
  session(path: string, kernelName: string): Promise<{ readonly id: string; readonly kernel: KernelChannel }>;
  endSession(id: string): Promise<void>;
}

/** `base` is the server's address with its slash, `…/user/NAME/`. Errors say what the server answered. */
export function jupyterServer(
  base: string,
  token: string,
  calls: Pick<TrustingFetch, 'fetch' | 'dispatcher'>,
): JupyterServer {
  const authorization = `token ${token}`;
  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await calls.fetch(new URL(path, base), {
      method,
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      redirect: 'manual',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok)
      throw new Error(
        `${method} ${new URL(path, base).pathname} answered ${answer.status}: ${text.slice(0, 400)}`,
      );
    return text === '' ? undefined : JSON.parse(text);
  }
  const contents = (path: string) => `api/contents/${path.split('/').map(encodeURIComponent).join('/')}`;
  const exists = async (path: string) => {
    const answer = await calls.fetch(new URL(`${contents(path)}?content=0`, base), {
      headers: { authorization },
    });
    await answer.arrayBuffer();
    return answer.ok;
  };
  return {
    makeFolder: async (path) => {
      const parts = path.split('/').filter((part) => part !== '');
      for (const [index] of parts.entries()) {
        const folder = parts.slice(0, index + 1).join('/');
        if (!(await exists(folder))) await call('PUT', contents(folder), { type: 'directory' });
      }
    },
    put: async (path, content) => {
      await call('PUT', contents(path), { type: 'notebook', format: 'json', content });
    },
    get: async (path) => {
      const answer = (await call('GET', `${contents(path)}?content=1`)) as { readonly content: Notebook };
      return answer.content;
    },
    session: async (path, kernelName) => {
      const { id, kernel } = sessionSchema.parse(
        await call('POST', 'api/sessions', {
          path,
          name: path,
          type: 'notebook',
          kernel: { name: kernelName },
        }),
      );
      const url = new URL(`api/kernels/${kernel.id}/channels`, base);
      url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
      return { id, kernel: await openKernelChannel(url.href, authorization, calls.dispatcher) };
    },
    endSession: async (id) => {
      await call('DELETE', `api/sessions/${id}`);
    },
  };
}
