import { posix } from 'node:path';
import type { Environment } from '@vre/environments';
import { HubError } from '@vre/protocol-jupyterhub';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { HubParts } from '../hub-api/hub-parts.ts';
import { homeDirectory } from '../launch/server-folder.ts';
import { profileNamed } from '../profiles/cards.ts';
import { checkNotebook, mostNotebookBytes, readHomeNotebook } from './home-notebook.ts';
import { type SubmittedRun, submitRun } from './submit-run.ts';

const did = z.string().regex(/^[^:\s']+:[^:\s']+$/, 'must be scope:name');
const relativePath = z
  .string()
  .max(500)
  .regex(/^[\w.-][\w./-]*$/, 'must be a path below the workspace: letters, digits, _ . - and /')
  .refine((path) => !path.split('/').includes('..'), 'must not lead out of the workspace');

const body = z.strictObject({
  /** A notebook of the home, by its path there; or the notebook itself. */
  path: z.string().min(1).max(1000),
  notebook: z.unknown().optional(),
  parameters: z
    .record(z.string().max(100), z.union([z.string().max(10_000), z.number(), z.boolean()]))
    .default({}),
  /** Files of these DIDs are put into `data/`. */
  dataset: z.union([did.transform((one) => [one]), z.array(did).max(20)]).default([]),
  /** Dataset for the results. */
  result: did.optional(),
  files: z.array(relativePath).max(100).default([]),
  profile: z.string().max(100).optional(),
  name: z.string().max(100).optional(),
});

type ServerRequest = FastifyRequest<{ Params: { user: string; server?: string } }>;

/** `POST …/x-send-to-workflow`: a notebook of a person becomes a run of the workflow service. */
export function toWorkflowRoutes(
  app: FastifyInstance,
  parts: Pick<HubParts, 'authenticator' | 'people' | 'read'> & {
    readonly submit: Parameters<typeof submitRun>[0];
    readonly dataDirectory: string;
    readonly environments: readonly Environment[];
  },
): void {
  const { authenticator, people, read } = parts;

  const send = async (request: ServerRequest): Promise<SubmittedRun> => {
    const caller = await authenticator.caller(request);
    const server = request.params.server ?? '';
    const account = await people.find(caller, 'access:servers', request.params.user, server);
    // What is in a home is for nobody else, whatever their rights.
    if (caller.account.id !== account.id)
      throw new HubError(403, 'Only the person whose notebook it is can send it to a workflow.');
    const wanted = body.parse(request.body);
    const notebook =
      wanted.notebook === undefined
        ? await readHomeNotebook(homeDirectory(parts.dataDirectory, account.id), wanted.path)
        : checkNotebook(wanted.notebook, wanted.path);
    const before = await read.find(account.id, server);
    const card = profileNamed(parts.environments, wanted.profile ?? (before?.profile || undefined));
    const file = posix.basename(wanted.path).replace(/[^\w.-]/g, '_');
    return submitRun(parts.submit, account, {
      notebook: file,
      content: JSON.stringify(notebook),
      environment: card.name,
      parameters: wanted.parameters,
      datasets: wanted.dataset,
      result: wanted.result,
      files: wanted.files,
      // Dots separate the number of a run from its name.
      name: (wanted.name ?? file.replace(/\.ipynb$/, '')).replaceAll('.', '-'),
    });
  };

  for (const path of ['/users/:user/server', '/users/:user/servers/:server'])
    app.post(`${path}/x-send-to-workflow`, { bodyLimit: mostNotebookBytes }, async (request, reply) =>
      reply.code(201).send(await send(request as ServerRequest)),
    );
}
