import { posix } from 'node:path';
import { z } from 'zod';
import type { JupyterServer, Notebook } from './jupyter-server.ts';
import { CellFailed, type CellProgress, runNotebook } from './run-notebook.ts';

const notebookSchema = z.looseObject({
  cells: z.array(
    z.looseObject({ cell_type: z.string(), source: z.union([z.string(), z.array(z.string())]) }),
  ),
  metadata: z.looseObject({}),
  nbformat: z.literal(4),
  nbformat_minor: z.number(),
});

/** The text of an `.ipynb` file. @throws with a sentence when it is none of nbformat 4. */
export function parseNotebook(text: string, file: string): Notebook {
  try {
    return notebookSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`${file} is no notebook (nbformat 4): save it in JupyterLab first`, { cause: error });
  }
}

/**
 * Puts a notebook into somebody's home, runs it there and takes it back with its outputs.
 * `failed` is the cell that raised; then the cells after it did not run.
 */
export async function executeNotebook(
  server: JupyterServer,
  path: string,
  notebook: Notebook,
  heard: CellProgress,
): Promise<{ readonly notebook: Notebook; readonly failed: CellFailed | undefined }> {
  const folder = posix.dirname(path);
  if (folder !== '.') await server.makeFolder(folder);
  await server.put(path, notebook);
  let failed: CellFailed | undefined;
  try {
    await runNotebook(server, path, heard);
  } catch (error) {
    if (!(error instanceof CellFailed)) throw error;
    failed = error;
  }
  return { notebook: await server.get(path), failed };
}

/** What the cells printed and answered, as text. */
export function textOutputs(notebook: Notebook): string {
  const lines = notebook.cells.flatMap((cell) => {
    const outputs = Array.isArray(cell['outputs']) ? (cell['outputs'] as readonly unknown[]) : [];
    return outputs.map(textOf);
  });
  return lines.join('');
}

const text = z.union([z.string(), z.array(z.string()).transform((lines) => lines.join(''))]);
const outputSchema = z.union([
  z.looseObject({ output_type: z.literal('stream'), text }).transform((output) => output.text),
  z
    .looseObject({ data: z.looseObject({ 'text/plain': text }) })
    .transform((output) => `${output.data['text/plain']}\n`),
]);
const textOf = (output: unknown): string => outputSchema.safeParse(output).data ?? '';
