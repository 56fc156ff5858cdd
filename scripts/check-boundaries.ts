/** Plants an import of one service by another and expects the boundaries check to refuse it. */
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const planted = join(root, 'services/edge/src/planted-violation.ts');
writeFileSync(planted, "export { createAaiService } from '@vre/aai';\n");
try {
  const { status, stdout } = spawnSync(
    process.execPath,
    [
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'err',
      planted,
    ],
    { cwd: root, encoding: 'utf8' },
  );
  if (status === 0 || !stdout.includes('no-service-imports-another')) {
    process.stderr.write('the boundaries check did not find a planted import between services\n');
    process.exitCode = 1;
  }
} finally {
  rmSync(planted);
}
