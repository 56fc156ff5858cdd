import type { PartFile } from '@vre/confined-files';

/** Blocks are gathered to about this size: a write costs the same for 16 KiB and for much more. */
const gatheredBytes = 1024 * 1024;
/** Half of what one `writev` accepts (`IOV_MAX`). */
const gatheredBlocks = 512;

/** Writes blocks one after the other; the disk works while the next blocks are gathered. */
export type PartWriter = {
  /** Takes a block, which must not be changed afterwards; waits when the disk is behind. */
  add(block: Uint8Array): Promise<void>;
  /** Waits until everything is written. */
  end(): Promise<void>;
};

/** Writes into an unfinished file from its beginning. One write is in flight at a time, so order is certain. */
export function createPartWriter(part: PartFile): PartWriter {
  let gathered: Uint8Array[] = [];
  let bytes = 0;
  let position = 0;
  let inFlight: Promise<void> = Promise.resolve();

  async function flush(): Promise<void> {
    await inFlight;
    inFlight = writeBlocks(part, gathered, position);
    // Whoever adds or ends next hears of the failure.
    inFlight.catch(() => undefined);
    position += bytes;
    gathered = [];
    bytes = 0;
  }

  return {
    add: async (block) => {
      if (block.length === 0) return;
      gathered.push(block);
      bytes += block.length;
      if (bytes >= gatheredBytes || gathered.length >= gatheredBlocks) await flush();
    },
    end: async () => {
      if (bytes > 0) await flush();
      await inFlight;
    },
  };
}

async function writeBlocks(part: PartFile, blocks: readonly Uint8Array[], position: number): Promise<void> {
  let rest = blocks;
  for (let at = position; rest.length > 0; ) {
    const { bytesWritten } = await part.handle.writev([...rest], at);
    at += bytesWritten;
    rest = withoutFirst(rest, bytesWritten);
  }
}

/** What is left after the first `bytes`: a write may end early, for instance when the disk is nearly full. */
export function withoutFirst(blocks: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let skip = bytes;
  const rest: Uint8Array[] = [];
  for (const block of blocks) {
    if (skip < block.length) rest.push(block.subarray(skip));
    skip = Math.max(0, skip - block.length);
  }
  return rest;
}
