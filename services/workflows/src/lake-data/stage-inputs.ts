import { type ConfinedFiles, ConfinedFilesError } from '@vre/confined-files';
import { humanReadableBytes } from '@vre/protocol-reana';
import { checksumOfStream, createChecksum, sameChecksum } from '@vre/storage-checksums';
import { parameterTexts } from '../execution/parameter-texts.ts';
import { RunFailure } from '../execution/run-failure.ts';
import type { RunLife } from '../execution/run-life.ts';
import { effectiveInputs } from '../runs/run.ts';
import type { LakeCalls, LakeFile } from './lake-calls.ts';
import { fillIn, parseDid, targetPath } from './lake-names.ts';
import { lakeOf } from './lake-of-run.ts';
import { planTransfers, type StoredTransfer, setTransfer, transfersOf } from './lake-transfer-store.ts';

const triesPerFile = 3;

/**
 * Brings the files of `inputs.data-lake` into the workspace, checksums verified on the way. What an earlier life of
 * the run brought is not brought again.
 */
export async function stageInputs(life: RunLife): Promise<void> {
  const wanted = life.specification.inputs?.['data-lake'] ?? [];
  if (wanted.length === 0) return;
  const { parts, run, log } = life;
  const lake = lakeOf(life);
  const { parameters } = effectiveInputs(run, parameterTexts);
  const sources = new Map<string, LakeFile>();
  const planned: Pick<StoredTransfer, 'direction' | 'scope' | 'name' | 'path' | 'bytes' | 'adler32'>[] = [];
  for (const { did: text, target } of wanted) {
    const did = parseDid(fillIn(text, parameters));
    const { files, single } = await filesOf(lake, did);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    log.write(
      'INFO',
      `Staging ${did.scope}:${did.name} to ${target}: ${files.length} files, ${humanReadableBytes(bytes)}.`,
    );
    for (const file of files) {
      const path = targetPath(fillIn(target, parameters), file, single);
      sources.set(`${file.scope}:${file.name}`, file);
      planned.push({
        direction: 'input',
        scope: file.scope,
        name: file.name,
        path,
        bytes: file.bytes,
        adler32: file.adler32 ?? null,
      });
    }
  }
  await planTransfers(parts.database.direct, run.id, planned);
  const transfers = await transfersOf(parts.database.direct, run.id, 'input');
  await parts.workspaces.within(run, async (files) => {
    for (const transfer of transfers) {
      life.signal.throwIfAborted();
      if (transfer.status === 'done') continue;
      const source = sources.get(`${transfer.scope}:${transfer.name}`);
      if (!source) continue;
      await stage(life, lake, files, transfer, source);
    }
  });
  log.write('INFO', `All lake data is staged (${transfers.length} files, checksums verified).`);
}

async function filesOf(lake: LakeCalls, did: { scope: string; name: string }) {
  const type = await lake.didType(did).catch((error: Error) => {
    throw new RunFailure(`The data lake cannot be asked about ${did.scope}:${did.name}: ${error.message}`, {
      cause: error,
    });
  });
  if (type === undefined) {
    throw new RunFailure(
      `The data lake has no ${did.scope}:${did.name}: check scope and name, and that you may see it.`,
    );
  }
  const files = await lake.files(did);
  const lost = files.find(({ sources }) => sources.length === 0);
  if (lost)
    throw new RunFailure(
      `${lost.scope}:${lost.name} has no available replica now: look at its rules in the lake.`,
    );
  return { files, single: type === 'FILE' };
}

async function stage(
  life: RunLife,
  lake: LakeCalls,
  files: ConfinedFiles,
  transfer: StoredTransfer,
  source: LakeFile,
): Promise<void> {
  const { parts, run, log, signal } = life;
  const { direct } = parts.database;
  if (await alreadyStaged(files, transfer.path, source)) {
    await setTransfer(direct, run.id, transfer, { status: 'done', sentence: 'was there' });
    return;
  }
  await setTransfer(direct, run.id, transfer, { status: 'running' });
  let last: Error | undefined;
  for (let attempt = 0; attempt < triesPerFile; attempt++) {
    const url = source.sources[attempt % source.sources.length] as string;
    try {
      await fetchVerified(lake, files, transfer.path, url, source, signal);
      await setTransfer(direct, run.id, transfer, {
        status: 'done',
        sentence: `from ${new URL(url).host}, checksum verified`,
      });
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof RunFailure) throw error;
      last = sourceError(error as Error);
      log.write(
        'WARNING',
        `Staging ${transfer.scope}:${transfer.name} failed (${last.message}), try ${attempt + 1} of ${triesPerFile}.`,
      );
      await new Promise((resolve) => setTimeout(resolve, 300 * 2 ** attempt));
    }
  }
  const sentence = `${transfer.scope}:${transfer.name} could not be staged: ${last?.message}`;
  await setTransfer(direct, run.id, transfer, { status: 'failed', sentence });
  throw new RunFailure(sentence, { cause: last });
}

/** A file of the right size and checksum is not fetched again, for instance in a restart. */
async function alreadyStaged(files: ConfinedFiles, path: string, source: LakeFile): Promise<boolean> {
  const there = await files.stat(path).catch(() => undefined);
  if (there?.kind !== 'file' || there.bytes !== source.bytes || source.adler32 === undefined) return false;
  if (source.bytes === 0) return true;
  return sameChecksum(await checksumOfStream(await files.createReadStream(path), 'adler32'), source.adler32);
}

async function fetchVerified(
  lake: LakeCalls,
  files: ConfinedFiles,
  path: string,
  url: string,
  source: LakeFile,
  signal: AbortSignal,
): Promise<void> {
  const checksum = await createChecksum('adler32');
  let bytes = 0;
  const body = await lake.read(url, signal);
  async function* checked(): AsyncGenerator<Uint8Array> {
    for await (const block of body as AsyncIterable<Uint8Array>) {
      checksum.update(block);
      bytes += block.length;
      yield block;
    }
    // Thrown before the last byte is committed: a wrong file never appears in the workspace.
    if (bytes !== source.bytes) throw new Error(`${bytes} bytes came instead of ${source.bytes}`);
    const found = checksum.digest();
    if (source.adler32 !== undefined && !sameChecksum(found, source.adler32)) {
      throw new Error(`checksum adler32 is ${found} instead of ${source.adler32}`);
    }
  }
  await files.writeFile(path, checked(), { overwrite: true });
}

/** What the source did wrong is wrapped by the file that was being written. */
function sourceError(error: Error): Error {
  const { cause } = error;
  return error instanceof ConfinedFilesError && error.code === 'failed' && cause instanceof Error
    ? cause
    : error;
}
