import { connect, type Socket } from 'node:net';
import type { ComputeBackend, JobEndpoint, JobRef } from '@vre/compute-port';

/** What proves whose a port is, by the back-end's name in a job's reference. */
export type PortProofs = Readonly<Record<string, Pick<ComputeBackend, 'endpoint' | 'stillListens'>>>;

const connectMilliseconds = 10_000;
/** For a server that was proven before and does not listen now: it is ending. */
const proofMilliseconds = 2000;

/**
 * Opens connections to one start of a server. A row may say `ready` while nobody noticed that its server died, and
 * anybody on the machine may take a port that is free: so each new connection, before a byte is sent, is certain to be
 * the server's. The back-end's proof is kept for as long as the same socket listens, which costs one look.
 */
export function createProvenConnect(
  proofs: PortProofs,
  job: JobRef | null,
  port: number,
): () => Promise<Socket> {
  const backend = job === null ? undefined : proofs[job.backend];
  let known: Promise<JobEndpoint> | undefined;
  return async () => {
    if (job === null || backend === undefined) throw new Error('nothing proves whose the port is');
    for (const _ of ['kept proof', 'fresh proof']) {
      known ??= backend.endpoint(job, AbortSignal.timeout(proofMilliseconds));
      const proof = known;
      const endpoint = await proof.catch((error: unknown) => {
        if (known === proof) known = undefined;
        throw error;
      });
      if (endpoint.port !== port) throw new Error('the job listens on another port');
      // A refused connection is no proof against the job: it may have been handed on just now.
      const socket = await opened(endpoint).catch(() => undefined);
      if (socket !== undefined && (await backend.stillListens(endpoint)) && !socket.destroyed) return socket;
      socket?.destroy();
      if (known === proof) known = undefined;
    }
    throw new Error('the port belongs to nobody, or changes hands');
  };
}

async function opened({ host, port }: JobEndpoint): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true, keepAlive: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
      socket.setTimeout(connectMilliseconds, () => reject(new Error('the server does not take connections')));
    });
  } catch (error) {
    socket.destroy();
    throw error;
  }
  socket.setTimeout(0).removeAllListeners('timeout');
  return socket;
}
