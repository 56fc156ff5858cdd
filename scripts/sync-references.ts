/**
 * Writes every package's tsconfig.json from its package.json, so that project references never drift from
 * the declared dependencies. With `--check` it only reports what is stale.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');

type Manifest = { name: string; workspaces?: string[]; dependencies?: Record<string, string> };
const read = (file: string): Manifest => JSON.parse(readFileSync(file, 'utf8'));

const folders = new Map<string, string>();
for (const pattern of read(join(root, 'package.json')).workspaces ?? []) {
  const candidates = pattern.endsWith('/*')
    ? readdirSync(join(root, pattern.slice(0, -2))).map((entry) => join(root, pattern.slice(0, -2), entry))
    : [join(root, pattern)];
  for (const folder of candidates) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) folders.set(read(manifest).name, folder);
  }
}

/** Packages compiled by `tsc -b`: those with a source table of contents. The portal is built by Vite. */
const compiled = [...folders].filter(([, folder]) => existsSync(join(folder, 'src/index.ts')));
const compiledNames = new Set(compiled.map(([name]) => name));

const stale: string[] = [];
function emit(file: string, value: unknown): void {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  stale.push(relative(root, file));
  if (!check) writeFileSync(file, text);
}

for (const [, folder] of compiled) {
  const { dependencies = {} } = read(join(folder, 'package.json'));
  const references = Object.keys(dependencies)
    .filter((name) => compiledNames.has(name))
    .sort()
    .map((name) => ({ path: relative(folder, folders.get(name) as string) }));
  emit(join(folder, 'tsconfig.json'), {
    extends: relative(folder, join(root, 'tsconfig.base.json')),
    compilerOptions: { rootDir: 'src', outDir: 'dist' },
    include: ['src'],
    exclude: ['src/**/*.test.ts', 'src/**/*.test-support.ts'],
    references,
  });
}
emit(join(root, 'tsconfig.json'), {
  files: [],
  references: compiled
    .map(([, folder]) => ({ path: relative(root, folder) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1)),
});

if (check && stale.length > 0) {
  process.stderr.write(`stale tsconfig files, run "npm run references": ${stale.join(', ')}\n`);
  process.exit(1);
}
