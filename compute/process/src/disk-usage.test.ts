import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { diskUsage } from './disk-usage.ts';

let place: string;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'disk-usage-'));
});
afterEach(() => rm(place, { recursive: true, force: true }));
const bash = (script: string) => execFileSync('bash', ['-c', script], { cwd: place });

test('counts files once, links not at all, and what lies below names that are no text', async () => {
  bash(
    `mkdir $'\\xff' d; head -c 1000000 /dev/zero > $'\\xff/\\xfe'; head -c 500000 /dev/zero > d/f; ln d/f d/g; ln -s / d/root`,
  );
  const bytes = await diskUsage([place]);
  expect(bytes).toBeGreaterThan(1_500_000);
  expect(bytes).toBeLessThan(1_600_000);
});

test('what lies too deep to be named is more than any limit', async () => {
  bash('for i in $(seq 300); do mkdir dddddddddddddddd && cd dddddddddddddddd; done; echo x > big');
  expect(await diskUsage([place])).toBe(Number.POSITIVE_INFINITY);
  bash('rm -r dddddddddddddddd');
});
