import { readFile } from 'node:fs/promises';
import { HttpError } from '@vre/http-client';
import { NotConnected, type TokenKeeper } from '@vre/identity';
import { HubError } from '@vre/protocol-jupyterhub';
import { audiences, type ServiceContext } from '@vre/service';
import { z } from 'zod';
import type { Account } from '../accounts/account.ts';
import { type NotebookRun, runnerName, workflowOfNotebook } from './workflow-of-notebook.ts';

const created = z.looseObject({ workflow_id: z.string(), workflow_name: z.string() });
const message = z.looseObject({ message: z.string() });

/** A run as the person finds it again. */
export type SubmittedRun = { readonly id: string; readonly name: string; readonly url: string };

/** Python, beside this file in the source; the build copies nothing. */
const runner = new URL('../../src/to-workflow/run_notebook.py', import.meta.url);

/** Makes a run of the workflow service as the person, gives it its files and starts it. @throws HubError with its sentence. */
export async function submitRun(
  context: Pick<ServiceContext, 'http' | 'addresses'> & { readonly keeper: Pick<TokenKeeper, 'accessToken'> },
  account: Account,
  run: NotebookRun & { readonly name: string; readonly content: string },
): Promise<SubmittedRun> {
  const { http, addresses, keeper } = context;
  const { token } = await keeper
    .accessToken(account, { audience: audiences.workflows, scope: 'openid profile' })
    .catch((error: unknown) => {
      if (!(error instanceof NotConnected)) throw error;
      throw new HubError(
        409,
        `The hub may not act for you yet, so it cannot start a workflow: open ${addresses.notebooks}/hub/login once and sign in.`,
        { cause: error },
      );
    });
  const headers = { authorization: `Bearer ${token}` };
  const workflows = `${addresses.internal('workflows')}/api/workflows`;
  try {
    const json = workflowOfNotebook(run);
    const answer = await http.json(`${workflows}?workflow_name=${encodeURIComponent(run.name)}`, {
      headers,
      json,
    });
    const { workflow_id: id, workflow_name: name } = created.parse(answer);
    for (const [file, body] of [
      [run.notebook, run.content],
      [runnerName, await readFile(runner, 'utf8')],
    ] as const) {
      await http.json(`${workflows}/${id}/workspace?file_name=${encodeURIComponent(file)}`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/octet-stream' },
        body,
      });
    }
    await http.json(`${workflows}/${id}/start`, { method: 'POST', headers, json: {} });
    return { id, name, url: `${addresses.portal}/runs/${id}` };
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    throw new HubError(error.status < 500 ? error.status : 502, sentenceIn(error.body), { cause: error });
  }
}

function sentenceIn(body: string): string {
  try {
    return message.parse(JSON.parse(body)).message;
  } catch {
    return 'The workflow service did not take the notebook: try again, and tell the operator if that fails once more.';
  }
}
