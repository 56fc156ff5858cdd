import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { environmentFolder, loadEnvironments } from './declaration.ts';

const cell = z.object({
  cell_type: z.enum(['markdown', 'code']),
  source: z.array(z.string()).transform((lines) => lines.join('')),
  outputs: z.array(z.unknown()).optional(),
});
const notebook = z.object({
  nbformat: z.literal(4),
  metadata: z.object({ kernelspec: z.object({ name: z.string() }) }),
  cells: z.array(cell),
});

const cards = (await loadEnvironments()).filter(({ profile }) => profile !== undefined);

it.each(cards)('$name: its example takes each attached variable, and asserts what it finds', async (card) => {
  const path = join(environmentFolder(card.name), card.profile?.example ?? 'no example');
  const { cells, metadata } = notebook.parse(JSON.parse(await readFile(path, 'utf8')));
  expect(['python3', 'root']).toContain(metadata.kernelspec.name);
  const [first, ...rest] = cells.filter(({ cell_type }) => cell_type === 'code');
  expect(card.data?.length).toBeGreaterThan(0);
  for (const { variable, path: file } of card.data ?? []) {
    expect(first?.source).toContain(`globals().get("${variable}", "data/${basename(file)}")`);
    expect(rest.some(({ source }) => new RegExp(`\\b${variable}\\b`).test(source))).toBe(true);
  }
  expect(rest.filter(({ source }) => /^assert /m.test(source)).length).toBeGreaterThan(0);
  // Data and what came out of it stay out of the repository.
  expect(cells.flatMap(({ outputs }) => outputs ?? [])).toEqual([]);
});
