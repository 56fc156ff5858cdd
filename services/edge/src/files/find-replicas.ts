import type { HttpClient } from '@vre/http-client';
import type { Addresses } from '@vre/service';
import { z } from 'zod';
import { EdgeError } from '../edge-error.ts';

const rowSchema = z.looseObject({
  scope: z.string(),
  name: z.string(),
  pfns: z.record(z.string(), z.looseObject({ rse: z.string().optional(), priority: z.number().optional() })),
});

/** Where a copy of a file can be read, best first. */
export type ReplicaAddress = { readonly url: string; readonly element: string };

/**
 * Asks the lake for the readable copies of one file, with the person's token. A name that is unknown, and one that
 * is a dataset, are `not-found`.
 */
export async function findReplicas(
  http: HttpClient,
  addresses: Addresses,
  token: string,
  did: { readonly scope: string; readonly name: string },
  signal: AbortSignal,
): Promise<readonly ReplicaAddress[]> {
  const answer = await http.request(`${addresses.internal('data-lake')}/replicas/list`, {
    method: 'POST',
    headers: { 'x-rucio-auth-token': token, accept: 'application/x-json-stream' },
    json: { dids: [did], schemes: ['https', 'davs'], ignore_availability: false },
    signal,
  });
  const text = await answer.body.text();
  if (answer.status === 404) throw notFound(did);
  if (answer.status === 401 || answer.status === 403)
    throw new EdgeError('not-found', `You may not read ${did.scope}:${did.name}, or it does not exist.`);
  if (answer.status !== 200)
    throw new EdgeError('service-away', 'The data lake cannot say where the file is: try again shortly.', {
      cause: new Error(`replicas/list answered ${answer.status}: ${text.slice(0, 300)}`),
    });
  const rows = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => rowSchema.parse(JSON.parse(line)));
  const file = rows.find((row) => row.scope === did.scope && row.name === did.name);
  if (!file) throw notFound(did);
  return Object.entries(file.pfns)
    .sort(([, a], [, b]) => (a.priority ?? 1000) - (b.priority ?? 1000))
    .map(([pfn, { rse }]) => ({ url: pfn.replace(/^davs:/, 'https:'), element: rse ?? 'a storage element' }));
}

const notFound = ({ scope, name }: { readonly scope: string; readonly name: string }) =>
  new EdgeError('not-found', `The data lake has no file ${scope}:${name}.`);
