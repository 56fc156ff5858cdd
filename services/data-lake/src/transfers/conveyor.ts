import type { Daemon } from '@vre/daemon';
import { StorageError } from '@vre/storage-port';
import { copyLocal } from '@vre/transfer-local';
import type { Lake } from '../lake.ts';
import { markBad } from '../replicas/bad-replica-service.ts';
import { arrive } from '../replicas/replica-arrival.ts';
import { locationOf, lookAt } from '../replicas/stored-bytes.ts';
import type { Rse } from '../rses/rse.ts';
import { evaluateRseExpression, parseRseExpression } from '../rses/rse-expression.ts';
import { moveLocks, noSource } from '../rules/lock-store.ts';
import { tellRules } from '../rules/rule-events.ts';
import { refreshStates } from '../rules/rule-store.ts';
import {
  type ClaimedRequest,
  claimRequests,
  extendClaims,
  finishRequests,
  postponeRequest,
} from './request-store.ts';

const batch = 50;
const claimMilliseconds = 60_000;
const firstPause = 2_000;
const waitForSource = 5_000;

type Source = { readonly rse: Rse; readonly path: string | null };
type Result = { readonly request: ClaimedRequest; readonly sourceId: number };

/**
 * Brings files where rules want them: claims queued requests, copies with checksum, writes the results together. The
 * claim is renewed while it copies; when a worker dies, another takes the request over after a minute.
 */
export function createConveyor(lake: Lake): Daemon {
  const transferred = lake.metrics.counter('lake_transfers_total', 'Transfers by end', ['end']);

  async function step(signal: AbortSignal): Promise<'worked' | 'idle'> {
    const now = lake.clock.now();
    const requests = await claimRequests(
      lake.database.direct,
      batch,
      now,
      new Date(now.getTime() + claimMilliseconds),
    );
    if (requests.length === 0) return 'idle';
    const byId = await lake.rses.byId();
    const open = new Set(requests.map(({ id }) => id));
    const renew = setInterval(() => {
      const until = new Date(lake.clock.now().getTime() + claimMilliseconds);
      extendClaims(lake.database.direct, [...open], until).catch((error: unknown) =>
        lake.log.warn({ err: error }, 'cannot renew the claim of transfers'),
      );
    }, claimMilliseconds / 3);
    // Results are written together: one transaction for all that ended while the last one was under way.
    let arrived: Result[] = [];
    let writing: Promise<void> = Promise.resolve();
    const flush = () => {
      writing = writing.then(async () => {
        const results = arrived;
        arrived = [];
        if (results.length > 0) await writeArrivals(lake, results);
      });
      return writing;
    };
    const queue = [...requests];
    const worker = async () => {
      for (let request = queue.shift(); request; request = queue.shift()) {
        if (signal.aborted) return;
        const sourceId = await transfer(lake, request, byId, signal);
        open.delete(request.id);
        transferred.inc({ end: sourceId === undefined ? 'failed' : 'done' });
        if (sourceId === undefined) continue;
        arrived.push({ request, sourceId });
        if (arrived.length === 1) void flush().catch(() => undefined);
      }
    };
    try {
      await Promise.all(Array.from({ length: lake.config['transfers-at-once'] }, worker));
      await flush();
    } finally {
      clearInterval(renew);
    }
    return 'worked';
  }
  return { name: 'conveyor', idleMilliseconds: 2_000, step };
}

const writeArrivals = (lake: Lake, results: readonly Result[]): Promise<void> =>
  lake.database.transaction((transaction) =>
    arrive(
      lake,
      transaction,
      results.map(({ request, sourceId }) => ({ didId: request.didId, rseId: request.rseId, sourceId })),
    ),
  );

/** Copies one file from the best source that works. Returns its element, `undefined` when the request was put aside. */
async function transfer(
  lake: Lake,
  request: ClaimedRequest,
  byId: ReadonlyMap<number, Rse>,
  signal: AbortSignal,
): Promise<number | undefined> {
  const destination = byId.get(request.rseId);
  const storage = destination && lake.storage(destination.name);
  if (!destination || !storage) {
    await giveUp(
      lake,
      request,
      null,
      `${destination?.name ?? 'The element'} can not be written from here: no transfer tool reaches it.`,
    );
    return undefined;
  }
  const sources = sourcesOf(lake, request, destination, byId);
  if (sources.length === 0) {
    if (request.sourceComing)
      await postpone(lake, request, 'A source is being uploaded.', waitForSource, false, null);
    else await giveUp(lake, request, null, noSource, 'N');
    return undefined;
  }
  let failure = '';
  for (const source of sources) {
    try {
      await copyLocal({
        source: lake.storage(source.rse.name) as NonNullable<ReturnType<Lake['storage']>>,
        sourcePath: locationOf(source.rse, { ...request, path: source.path }),
        destination: storage,
        destinationPath: locationOf(destination, request),
        expectedBytes: request.bytes ?? undefined,
        expectedAdler32: request.adler32 ?? undefined,
        overwrite: true,
        signal,
      });
      return source.rse.id;
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      if (signal.aborted) {
        await postpone(lake, request, 'The worker was stopped.', 0, false, source.rse.id);
        return undefined;
      }
      failure = `Copying from ${source.rse.name} failed: ${error.message}.`;
      await suspect(lake, request, source, error);
    }
  }
  const last = sources.at(-1)?.rse.id ?? null;
  if (request.attempts < lake.config['transfer-attempts'])
    await postpone(lake, request, failure, firstPause * 4 ** (request.attempts - 1), true, last);
  else
    await giveUp(
      lake,
      request,
      last,
      `${failure} ${request.attempts} attempts were made. It is tried again by itself; see that both elements are up and have space.`,
    );
  return undefined;
}

/** Elements that have the file and can be read from here, nearest first. */
function sourcesOf(
  lake: Lake,
  request: ClaimedRequest,
  destination: Rse,
  byId: ReadonlyMap<number, Rse>,
): readonly Source[] {
  const found = request.sources.flatMap(({ rseId, path }) => {
    const rse = byId.get(rseId);
    return rse?.readable && lake.storage(rse.name) ? [{ rse, path }] : [];
  });
  const allowed =
    request.source_expression === null
      ? found
      : found.filter(
          ({ rse }) =>
            evaluateRseExpression(parseRseExpression(request.source_expression as string), [rse]).length > 0,
        );
  const distance = ({ rse }: Source) => destination.distanceFrom.get(rse.id) ?? Number.POSITIVE_INFINITY;
  return allowed
    .map((source) => ({ source, key: lake.random() }))
    .sort((a, b) =>
      distance(a.source) < distance(b.source)
        ? -1
        : distance(a.source) > distance(b.source)
          ? 1
          : a.key - b.key,
    )
    .map(({ source }) => source);
}

/** A source that lacks the right bytes is bad: nobody shall read it, and it is to be repaired itself. */
async function suspect(
  lake: Lake,
  request: ClaimedRequest,
  source: Source,
  error: StorageError,
): Promise<void> {
  if (!['checksum-mismatch', 'size-mismatch', 'not-found'].includes(error.code)) return;
  const [look] = await lookAt(lake, source.rse, [{ ...request, path: source.path }], true);
  if (look?.finding !== 'differs' && look?.finding !== 'missing') return;
  await lake.database.transaction((transaction) =>
    markBad(lake, transaction, [{ didId: request.didId, rseId: source.rse.id }], look.sentence, null),
  );
}

async function postpone(
  lake: Lake,
  request: ClaimedRequest,
  reason: string,
  milliseconds: number,
  counts: boolean,
  sourceId: number | null,
): Promise<void> {
  const now = lake.clock.now();
  await postponeRequest(
    lake.database.direct,
    request.id,
    reason,
    new Date(now.getTime() + milliseconds),
    counts,
    sourceId,
    now,
  );
}

/** The rules that wait become STUCK with the reason; the judge-repairer tries again later. */
async function giveUp(
  lake: Lake,
  request: ClaimedRequest,
  sourceId: number | null,
  reason: string,
  state: 'F' | 'N' = 'F',
): Promise<void> {
  await lake.database.transaction(async (transaction) => {
    const now = lake.clock.now();
    await finishRequests(
      transaction,
      [{ didId: request.didId, rseId: request.rseId, sourceId }],
      state,
      reason,
      now,
    );
    const rules = await moveLocks(transaction, [{ didId: request.didId, rseId: request.rseId }], 'S', reason);
    await refreshStates(transaction, rules, now);
    await tellRules(lake, transaction, rules);
  });
}
