import { createServer } from 'node:net';

/** Ports of one block, as offsets from its base. */
export const portOffsets = { portal: 0, lake: 1, notebooks: 2, storageDoor: 3 } as const;

const firstBase = 8000;
const lastBase = 8900;

/** The first block (8000, 8010, … unless told) whose four ports are free on loopback. */
export async function chooseFreeBlock(first = firstBase): Promise<number> {
  for (let base = first; base <= lastBase; base += 10) {
    const free = await Promise.all(Object.values(portOffsets).map((offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
  throw new Error(`no free block of ports between ${first} and ${lastBase}: choose one with --port-base`);
}

/** Time that the processes of a platform that was just killed need to let go of their ports. */
const lettingGoMilliseconds = 5000;

/** Throws a sentence when a port of the block stays taken; asked before anything is started. */
export async function requireFreeBlock(base: number): Promise<void> {
  const deadline = Date.now() + lettingGoMilliseconds;
  for (const offset of Object.values(portOffsets)) {
    while (!(await isFree(base + offset))) {
      if (Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        continue;
      }
      throw new Error(
        `port ${base + offset} on 127.0.0.1 is taken by another program: end it or choose another block with --port-base`,
      );
    }
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
