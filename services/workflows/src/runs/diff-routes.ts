import { createHash } from 'node:crypto';
import type { ConfinedEntry, ConfinedFiles } from '@vre/confined-files';
import { unifiedDiff, wireBoolean } from '@vre/protocol-reana';
import type { FastifyInstance } from 'fastify';
import { stringify } from 'yaml';
import { z } from 'zod';
import { filesBelow } from '../workspace/workspace-listing.ts';
import type { Workspaces } from '../workspace/workspaces.ts';
import { fullName, type Run } from './run.ts';
import type { RunAccess } from './run-access.ts';

const diffQuery = z.looseObject({
  brief: wireBoolean.default(false),
  context_lines: z.coerce.number().int().min(0).max(1000).default(5),
});
/** Larger files are compared, but their lines are not shown. */
const mostLineBytes = 1024 * 1024;

/** What differs between two runs: specification by section, files of the workspaces. */
export function diffRoutes(
  app: FastifyInstance,
  { access, workspaces }: { readonly access: RunAccess; readonly workspaces: Workspaces },
): void {
  app.get<{ Params: { run: string; other: string } }>('/api/workflows/:run/diff/:other', async (request) => {
    const a = await access.withWorkspace(request, request.params.run);
    const b = await access.withWorkspace(request, request.params.other);
    const { brief, context_lines: context } = diffQuery.parse(request.query);
    const listing = await workspaces.within(a, (filesA) =>
      workspaces.within(b, (filesB) => workspaceDiff([a, filesA], [b, filesB], { brief, context })),
    );
    return {
      reana_specification: JSON.stringify(specificationDiff(a, b, context)),
      workspace_listing: JSON.stringify(listing),
    };
  });
}

function specificationDiff(a: Run, b: Run, context: number): Record<string, readonly string[]> {
  const [left, right] = [a, b].map((run) => JSON.parse(run.specification) as Record<string, unknown>);
  const lines = (value: unknown) => (value === undefined ? [] : stringify(value).trimEnd().split('\n'));
  return Object.fromEntries(
    ['version', 'inputs', 'outputs', 'workflow'].map((section) => [
      section,
      unifiedDiff(lines(left?.[section]), lines(right?.[section]), {
        from: fullName(a),
        to: fullName(b),
        context,
      }),
    ]),
  );
}

type Side = readonly [Run, ConfinedFiles];

/** In the words of `diff -r`, with the runs' names in place of directories. */
async function workspaceDiff(
  [a, filesA]: Side,
  [b, filesB]: Side,
  options: { readonly brief: boolean; readonly context: number },
): Promise<string> {
  if (a.workspaceId === b.workspaceId) return '';
  const left = byPath(await filesBelow(filesA, ''));
  const right = byPath(await filesBelow(filesB, ''));
  const out: string[] = [];
  for (const path of [...new Set([...left.keys(), ...right.keys()])].sort()) {
    const [entryA, entryB] = [left.get(path), right.get(path)];
    if (!entryA || !entryB) {
      const slash = path.lastIndexOf('/');
      const directory = slash === -1 ? '' : `/${path.slice(0, slash)}`;
      out.push(`Only in ${fullName(entryA ? a : b)}${directory}: ${path.slice(slash + 1)}`);
      continue;
    }
    if (entryA.bytes === entryB.bytes && (await hash(filesA, path)) === (await hash(filesB, path))) continue;
    const texts = options.brief ? undefined : await textLines([filesA, entryA], [filesB, entryB]);
    const names = { from: `${fullName(a)}/${path}`, to: `${fullName(b)}/${path}` };
    if (texts) out.push(...unifiedDiff(texts[0], texts[1], { ...names, context: options.context }));
    else out.push(`Files ${names.from} and ${names.to} differ`);
  }
  return out.length === 0 ? '' : `${out.join('\n')}\n`;
}

const byPath = (entries: readonly ConfinedEntry[]) => new Map(entries.map((entry) => [entry.path, entry]));

async function hash(files: ConfinedFiles, path: string): Promise<string> {
  const sum = createHash('sha256');
  for await (const block of await files.createReadStream(path)) sum.update(block as Uint8Array);
  return sum.digest('hex');
}

/** Lines of both files, or undefined when one is binary or large. */
async function textLines(
  ...sides: readonly (readonly [ConfinedFiles, ConfinedEntry])[]
): Promise<readonly [readonly string[], readonly string[]] | undefined> {
  const found: string[][] = [];
  for (const [files, { path, bytes }] of sides) {
    if (bytes > mostLineBytes) return undefined;
    const blocks: Uint8Array[] = [];
    for await (const block of await files.createReadStream(path)) blocks.push(block as Uint8Array);
    const content = Buffer.concat(blocks);
    if (content.includes(0)) return undefined;
    found.push(content.toString().replace(/\n$/, '').split('\n'));
  }
  return [found[0] ?? [], found[1] ?? []];
}
