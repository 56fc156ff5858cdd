import { z } from 'zod';
import { serverPrefix } from './server.ts';
import { readSealedSecrets } from './server-left-store.ts';
import type { ServerParts } from './server-parts.ts';
import type { OwnedServer } from './server-store.ts';
import { openStartSecrets } from './start-secrets.ts';

const kernels = z.array(z.looseObject({ execution_state: z.string().optional() }));
const patience = 10_000;
/** A list of a thousand kernels is shorter. The server is the person's own program and may answer without end. */
const mostBytes = 1024 * 1024;

/**
 * Whether a kernel computes now, asked of the server itself with its own token: a busy kernel that prints nothing is
 * no activity by itself. The look is none either: the server would report it, and never idle. `unknown` when the server does not answer.
 */
export async function kernelsOf(
  parts: Pick<ServerParts, 'database' | 'secrets' | 'http' | 'backends'>,
  { server, owner }: OwnedServer,
): Promise<'busy' | 'idle' | 'unknown'> {
  try {
    const sealed = await readSealedSecrets(parts.database.direct, server.id);
    const { job } = server;
    const backend = job === null ? undefined : parts.backends[job.backend];
    if (sealed === null || job === null || backend === undefined) return 'unknown';
    // The token goes to nobody else who may listen there by now.
    const { host, port } = await backend.endpoint(job, AbortSignal.timeout(patience));
    const { hubToken } = openStartSecrets(parts.secrets, server.id, sealed);
    const answer = await parts.http.request(
      `http://${host}:${port}${serverPrefix(owner.name, server.name)}api/kernels?no_track_activity=1`,
      { headers: { authorization: `token ${hubToken}` }, signal: AbortSignal.timeout(patience) },
    );
    const told = kernels.parse(JSON.parse(await textOf(answer.body)));
    return told.some((kernel) => kernel.execution_state === 'busy') ? 'busy' : 'idle';
  } catch {
    return 'unknown';
  }
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    // Leaving the loop ends the connection.
    if (bytes > mostBytes) throw new Error('the answer of the server is too long');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}
