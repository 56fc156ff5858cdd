import type { JupyterServer, Notebook } from './jupyter-server.ts';
import type { Output } from './kernel-channel.ts';

/** A cell that raised: which one, and the kernel's own words. */
export class CellFailed extends Error {
  constructor(path: string, number: number, traceback: string) {
    super(`cell ${number} of ${path} failed:\n${traceback}`);
    this.name = 'CellFailed';
  }
}

/** Hears of each code cell before it runs, counted from one among all cells. */
export type CellProgress = (cell: number, of: number) => void;

const textOf = (source: string | readonly string[]) =>
  typeof source === 'string' ? source : source.join('');

/**
 * Runs a notebook of somebody's home on its server, cell after cell in one kernel, and saves it with its outputs, as
 * "Run all" does. @returns all outputs in order. @throws CellFailed, after saving what there was.
 */
export async function runNotebook(
  server: JupyterServer,
  path: string,
  heard: CellProgress = () => undefined,
): Promise<readonly Output[]> {
  const notebook = await server.get(path);
  const spec = notebook.metadata['kernelspec'] as { readonly name?: string } | undefined;
  const { id, kernel } = await server.session(path, spec?.name ?? 'python3');
  const cells = [...notebook.cells];
  const all: Output[] = [];
  const save = () => server.put(path, { ...notebook, cells } satisfies Notebook);
  try {
    for (const [index, cell] of cells.entries()) {
      if (cell.cell_type !== 'code') continue;
      heard(index + 1, cells.length);
      const { outputs, executionCount, error } = await kernel.execute(textOf(cell.source));
      cells[index] = { ...cell, outputs, execution_count: executionCount };
      all.push(...outputs);
      if (error !== undefined) throw new CellFailed(path, index + 1, error);
    }
  } finally {
    await save();
    kernel.close();
    await server.endSession(id);
  }
  return all;
}
