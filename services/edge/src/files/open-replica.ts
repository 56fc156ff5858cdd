import type { HttpAnswer, HttpClient } from '@vre/http-client';
import type { Addresses } from '@vre/service';
import { EdgeError } from '../edge-error.ts';
import type { ReplicaAddress } from './find-replicas.ts';

/** Statuses that are answers about the file or the range, not failures of the element. */
const answers = new Set([200, 206, 304, 412, 416]);

/**
 * Opens the first copy that can be read. The person's token goes to our own door (by its inner address) and to the
 * configured trusted elements, by exact origin; other elements are left out, and redirects are not followed.
 */
export async function openReplica(
  http: HttpClient,
  addresses: Addresses,
  trustedStorage: readonly string[],
  replicas: readonly ReplicaAddress[],
  request: {
    readonly method: 'GET' | 'HEAD';
    readonly token: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
): Promise<HttpAnswer> {
  const door = new URL(addresses.storageDoor).origin;
  const trusted = new Set(trustedStorage.map((url) => new URL(url).origin));
  const failures: string[] = [];
  for (const { url, element } of replicas) {
    const parsed = new URL(url);
    const isDoor = parsed.origin === door;
    if (!isDoor && !trusted.has(parsed.origin)) {
      failures.push(`${element} is not among the trusted storage elements of this portal`);
      continue;
    }
    const address = isDoor
      ? addresses.internal('storage-door') + parsed.pathname + parsed.search
      : parsed.href;
    try {
      const answer = await http.request(address, {
        method: request.method,
        headers: {
          ...request.headers,
          authorization: `Bearer ${request.token}`,
          'accept-encoding': 'identity',
        },
        signal: request.signal,
      });
      if (answers.has(answer.status)) return answer;
      failures.push(`${element} answered ${answer.status}`);
      answer.body.on('error', () => undefined).destroy();
    } catch (error) {
      if (request.signal.aborted) throw error;
      failures.push(`${element} does not answer`);
    }
  }
  throw new EdgeError(
    'no-replica-readable',
    failures.length === 0
      ? 'The file has no copy on a storage element that can be read over https now.'
      : `No copy of the file can be read now: ${failures.join('; ')}.`,
  );
}
