import { StorageError } from '@vre/storage-port';
import { copyLocal } from '@vre/transfer-local';
import type { Lake, StorageOf } from '../lake.ts';
import { markBad } from '../replicas/bad-replica-service.ts';
import { locationOf, lookAt } from '../replicas/stored-bytes.ts';
import type { Rse } from '../rses/rse.ts';
import { evaluateRseExpression, parseRseExpression } from '../rses/rse-expression.ts';
import { moveLocks, noSource } from '../rules/lock-store.ts';
import { tellRules } from '../rules/rule-events.ts';
import { refreshStates } from '../rules/rule-store.ts';
import { noteIfAway } from './element-watch.ts';
import { type ClaimedRequest, finishRequests, postponeRequest } from './request-store.ts';

const firstPause = 2_000;
const waitForSource = 5_000;

type Source = { readonly rse: Rse; readonly path: string | null };

/**
 * Copies one file from the best source that works. Returns its element, `undefined` when the request was put aside:
 * for another attempt, or for good, with its rules STUCK and a sentence that says why.
 */
export async function transfer(
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
  let away: Away | undefined;
  for (const source of sources) {
    try {
      await copyLocal({
        source: lake.storage(source.rse.name) as NonNullable<ReturnType<StorageOf>>,
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
      away = error.code === 'unavailable' ? await whoIsAway(lake, [destination, source.rse]) : undefined;
      if (away?.rse === destination) break;
      await suspect(lake, request, source, error);
    }
  }
  const last = sources.at(-1)?.rse.id ?? null;
  if (away) failure = unreachable(away, request.attempts);
  if (request.attempts < lake.config['transfer-attempts'])
    await postpone(lake, request, failure, firstPause * 4 ** (request.attempts - 1), true, last);
  else if (away)
    await giveUp(lake, request, last, `${failure} It goes on by itself when the element answers again.`);
  else
    await giveUp(
      lake,
      request,
      last,
      `${failure} ${request.attempts} attempts were made. It is tried again by itself; see that both elements are up and have space.`,
    );
  return undefined;
}

type Away = { readonly rse: Rse; readonly since: Date };

/** The first of the elements that does not answer at all; from now on it is watched until it does. */
async function whoIsAway(lake: Lake, elements: readonly Rse[]): Promise<Away | undefined> {
  for (const rse of elements) {
    const since = await noteIfAway(lake, rse);
    if (since) return { rse, since };
  }
  return undefined;
}

const unreachable = ({ rse, since }: Away, attempts: number): string =>
  `${rse.name} is unreachable since ${since.toISOString().slice(0, 19).replace('T', ' ')} UTC (${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}).`;

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
  const expression = request.source_expression;
  const allowed =
    expression === null
      ? found
      : found.filter(({ rse }) => evaluateRseExpression(parseRseExpression(expression), [rse]).length > 0);
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
    request,
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
