/** Compiles every package (incremental) and the portal. Plain JavaScript: it runs before anything is built. */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
function run(title, args, cwd = root) {
  const started = Date.now();
  const { status } = spawnSync(process.execPath, args, { cwd, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  process.stdout.write(`${title} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
}

run('compiled', [join(root, 'node_modules/typescript7/bin/tsc'), '-b']);

const portal = join(root, 'apps/portal');
const built = join(portal, 'dist/index.html');
if (existsSync(join(portal, 'index.html')) && (await isStale(portal, built))) {
  run(
    'built the portal',
    [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'],
    portal,
  );
}

/** True when any source of the portal or of the protocols it uses is newer than its last build. */
async function isStale(folder, target) {
  if (!existsSync(target)) return true;
  const builtAt = statSync(target).mtimeMs;
  for (const source of [folder, join(root, 'protocols')]) {
    for (const entry of await readdir(source, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      if (/[\\/](dist|node_modules)[\\/]/.test(path.slice(root.length))) continue;
      if (statSync(path).mtimeMs > builtAt) return true;
    }
  }
  return false;
}
