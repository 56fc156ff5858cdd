import { createHash } from 'node:crypto';
import type { ConfinedFiles } from '@vre/confined-files';
import { humanReadableBytes, type LakeOutput } from '@vre/protocol-reana';
import { checksumOfStream } from '@vre/storage-checksums';
import { parameterTexts } from '../execution/parameter-texts.ts';
import { RunFailure } from '../execution/run-failure.ts';
import type { RunLife } from '../execution/run-life.ts';
import { jobsOfRuns } from '../jobs/job-store.ts';
import { effectiveInputs, fullName } from '../runs/run.ts';
import { filesBelow, selectFiles } from '../workspace/workspace-listing.ts';
import type { LakeCalls, ScopedName } from './lake-calls.ts';
import { fillIn, outputName, parseDid, safePath } from './lake-names.ts';
import { lakeOf } from './lake-of-run.ts';
import { planTransfers, type StoredTransfer, setTransfer, transfersOf } from './lake-transfer-store.ts';

/**
 * Puts the files of `outputs.data-lake` into the lake: bytes to a storage element, then replica, dataset, metadata
 * that tells where they come from, and a rule that keeps one copy. Repeating it after a crash changes nothing.
 */
export async function registerOutputs(life: RunLife): Promise<void> {
  const wanted = life.specification.outputs?.['data-lake'] ?? [];
  if (wanted.length === 0) return;
  const { parts, run } = life;
  const lake = lakeOf(life);
  const { parameters } = effectiveInputs(run, parameterTexts);
  try {
    await parts.workspaces.within(run, async (files) => {
      for (const output of wanted) await registerOne(life, lake, files, output, parameters);
    });
  } catch (error) {
    life.signal.throwIfAborted();
    if (error instanceof RunFailure) throw error;
    throw new RunFailure(
      `The results could not be registered in the data lake: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
}

async function registerOne(
  life: RunLife,
  lake: LakeCalls,
  files: ConfinedFiles,
  output: LakeOutput,
  parameters: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { parts, run, log } = life;
  const dataset = parseDid(fillIn(output.dataset, parameters));
  const rse = output.rse === undefined ? await firstElement(lake) : fillIn(output.rse, parameters);
  const paths = await outputPaths(
    files,
    output.files.map((path) => fillIn(path, parameters)),
  );
  await planTransfers(
    parts.database.direct,
    run.id,
    paths.map((path) => ({
      direction: 'output' as const,
      scope: dataset.scope,
      name: outputName(run, path),
      path,
      bytes: null,
      adler32: null,
    })),
  );
  const mine = new Set(paths);
  const transfers = (await transfersOf(parts.database.direct, run.id, 'output')).filter(
    ({ path, scope }) => mine.has(path) && scope === dataset.scope,
  );
  log.write('INFO', `Registering ${transfers.length} files in ${dataset.scope}:${dataset.name} on ${rse}.`);
  const metadata = await provenance(life, output.metadata ?? {}, parameters);
  const type = await lake.didType(dataset);
  if (type !== undefined && type !== 'DATASET') {
    throw new RunFailure(
      `${dataset.scope}:${dataset.name} is a ${type.toLowerCase()}, results need a dataset: choose another name.`,
    );
  }
  if (type === undefined) await lake.addDataset(dataset);
  for (const transfer of transfers) {
    life.signal.throwIfAborted();
    if (transfer.status !== 'done') await deliver(life, lake, files, rse, transfer, metadata);
  }
  await lake.attach(
    dataset,
    transfers.map(({ scope, name }) => ({ scope, name })),
  );
  await lake.setMetadata(dataset, metadata);
  await lake.addRule(dataset, rse);
  log.write('INFO', `Results are in the lake as ${dataset.scope}:${dataset.name}.`);
}

/** Bytes first, then the catalogue: a replica is never promised before it is there. */
async function deliver(
  life: RunLife,
  lake: LakeCalls,
  files: ConfinedFiles,
  rse: string,
  transfer: StoredTransfer,
  metadata: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { parts, run, signal, log } = life;
  const { direct } = parts.database;
  const file: ScopedName = { scope: transfer.scope, name: transfer.name };
  await setTransfer(direct, run.id, transfer, { status: 'running' });
  try {
    const entry = await files.stat(transfer.path);
    if (entry?.kind !== 'file') throw new RunFailure(`The result ${transfer.path} is not there any more.`);
    const adler32 =
      entry.bytes === 0
        ? '00000001'
        : await checksumOfStream(await files.createReadStream(transfer.path), 'adler32');
    const url = await lake.writeUrl(rse, file);
    const content = entry.bytes === 0 ? Buffer.alloc(0) : await files.createReadStream(transfer.path);
    await lake.write(url, content, { bytes: entry.bytes, adler32 }, signal);
    await lake.addReplicas(rse, [{ ...file, bytes: entry.bytes, adler32 }]);
    await lake.setMetadata(file, metadata);
    await setTransfer(direct, run.id, transfer, {
      status: 'done',
      sentence: `on ${rse}`,
      bytes: entry.bytes,
      adler32,
    });
    log.write(
      'INFO',
      `Registered ${transfer.path} as ${file.scope}:${file.name} (${humanReadableBytes(entry.bytes)}, adler32 ${adler32}).`,
    );
  } catch (error) {
    signal.throwIfAborted();
    const sentence = `${transfer.path} could not be registered in the data lake: ${(error as Error).message}`;
    await setTransfer(direct, run.id, transfer, { status: 'failed', sentence });
    throw new RunFailure(sentence, { cause: error });
  }
}

async function outputPaths(files: ConfinedFiles, wanted: readonly string[]): Promise<readonly string[]> {
  const paths = new Set<string>();
  for (const given of wanted) {
    const path = safePath(given);
    const { entries } =
      path === '' ? { entries: await filesBelow(files, '') } : await selectFiles(files, path);
    if (entries.length === 0) {
      throw new RunFailure(
        `The result ${given} was not made by any step, so it cannot be registered in the lake.`,
      );
    }
    for (const entry of entries) paths.add(entry.path);
  }
  return [...paths];
}

async function firstElement(lake: LakeCalls): Promise<string> {
  const [first] = await lake.writableElements();
  if (first === undefined)
    throw new RunFailure('The data lake has no storage element that can be written to.');
  return first;
}

/** Which run, specification, inputs and environments made the results; parameters are filled into given texts. */
async function provenance(
  { parts, run, specification }: RunLife,
  given: Readonly<Record<string, unknown>>,
  parameters: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const jobs = await jobsOfRuns(parts.database.direct, [run.id]);
  const filled = Object.entries(given).map(([key, value]) => [
    key,
    typeof value === 'string' ? fillIn(value, parameters) : value,
  ]);
  return {
    ...Object.fromEntries(filled),
    workflow_run_id: run.id,
    workflow_run_name: fullName(run),
    workflow_specification_sha256: createHash('sha256').update(run.specification).digest('hex'),
    workflow_inputs: (specification.inputs?.['data-lake'] ?? []).map(({ did }) => fillIn(did, parameters)),
    workflow_environments: [...new Set(jobs.map(({ environment }) => environment).filter(Boolean))],
    workflow_images: [...new Set(jobs.map(({ image }) => image))],
  };
}
