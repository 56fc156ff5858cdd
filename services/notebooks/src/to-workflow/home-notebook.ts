import { ConfinedFilesError, openConfined } from '@vre/confined-files';
import { HubError } from '@vre/protocol-jupyterhub';
import { z } from 'zod';

/** Larger ones hold data that belongs into the lake. */
export const mostNotebookBytes = 32e6;

/** As far as running it as a workflow needs to know it. */
const notebookSchema = z.looseObject({
  nbformat: z.literal(4),
  cells: z.array(z.looseObject({ cell_type: z.string(), metadata: z.looseObject({}) })),
  metadata: z.looseObject({
    kernelspec: z.looseObject({ name: z.string(), language: z.string().optional() }).optional(),
  }),
});
export type HomeNotebook = z.output<typeof notebookSchema>;

/** A notebook that a workflow can run. @throws HubError 400 with what is wrong. */
export function checkNotebook(value: unknown, name: string): HomeNotebook {
  const notebook = notebookSchema.safeParse(value).data;
  if (notebook === undefined)
    throw new HubError(400, `${name} is no notebook (nbformat 4): save it in JupyterLab first.`);
  const kernel = notebook.metadata.kernelspec;
  if (kernel !== undefined && !(kernel.language ?? kernel.name).startsWith('python'))
    throw new HubError(400, `${name} runs with the kernel ${kernel.name}: workflows run Python notebooks.`);
  return notebook;
}

/** Reads a notebook of somebody's home, by its path there. No link leads out. @throws HubError 400, 404 */
export async function readHomeNotebook(home: string, path: string): Promise<HomeNotebook> {
  const missing = () => new HubError(404, `There is no file ${path} in your home: save the notebook first.`);
  const files = await openConfined(home).catch(() => {
    throw missing();
  });
  try {
    const handle = await files.openRead(path);
    try {
      const { size } = await handle.stat();
      if (size > mostNotebookBytes)
        throw new HubError(400, `${path} has ${Math.round(size / 1e6)} MB: clear its outputs first.`);
      return checkNotebook(parseJson(await handle.readFile('utf8')), path);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!(error instanceof ConfinedFilesError)) throw error;
    if (error.code === 'not-found' || error.code === 'not-a-directory') throw missing();
    throw new HubError(400, `${path} cannot be read: ${error.message}.`);
  } finally {
    files.close();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
