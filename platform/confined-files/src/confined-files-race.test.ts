import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConfined } from './index.ts';

/** Turns `victim` into a link to `outside` and back, as fast as the system allows. */
const swapper = `
const fs = require('node:fs');
const [root, outside] = process.argv.slice(1);
process.stdout.write('ready');
const pause = () => { const end = performance.now() + Math.random() * 0.3; while (performance.now() < end); };
for (;;) {
  try {
    pause();
    fs.renameSync(root + '/victim', root + '/aside');
    fs.symlinkSync(outside, root + '/victim');
    pause();
    fs.unlinkSync(root + '/victim');
    fs.renameSync(root + '/aside', root + '/victim');
  } catch {
    // A directory made meanwhile as somebody's missing parent stands in the way of the real one.
    if (fs.existsSync(root + '/aside')) {
      try {
        fs.rmSync(root + '/victim', { recursive: true, force: true });
        fs.renameSync(root + '/aside', root + '/victim');
      } catch {}
    }
  }
}`;

describe.runIf(process.platform === 'linux')('a directory swapped for a link in a tight loop', () => {
  let place: string;
  let attacker: ChildProcess;
  beforeEach(async () => {
    place = await mkdtemp(join(tmpdir(), 'race-'));
    await mkdir(join(place, 'root/victim/sub'), { recursive: true });
    await mkdir(join(place, 'outside/sub'), { recursive: true });
    for (const side of ['root/victim', 'outside'])
      for (const file of ['file', 'sub/file'])
        await writeFile(join(place, side, file), side === 'outside' ? 'secret' : 'inside');
    const child = spawn(process.execPath, ['-e', swapper, join(place, 'root'), join(place, 'outside')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    attacker = child;
    await once(child.stdout, 'data');
  });
  afterEach(async () => {
    const gone = once(attacker, 'exit');
    attacker.kill('SIGKILL');
    await gone;
    await rm(place, { recursive: true, force: true });
  });

  it('never reads or changes anything outside', { timeout: 60_000 }, async () => {
    const files = await openConfined(join(place, 'root'), { fsync: 'never' });
    const seen = { inside: 0, refused: 0, written: 0, writesRefused: 0, plainEscapes: 0 };
    const end = Date.now() + 4_000;
    const enough = () => seen.inside > 50 && seen.refused > 50 && seen.written > 50 && seen.plainEscapes > 5;
    for (let round = 0; Date.now() < end || (!enough() && Date.now() < end + 40_000); round++) {
      // Proof that the attack works: the plain call is led astray.
      const plain = await readFile(join(place, 'root/victim/sub/file'), 'utf8').catch(() => '');
      if (plain === 'secret') seen.plainEscapes += 1;

      const path = round % 2 === 0 ? 'victim/file' : 'victim/sub/file';
      const content = await files
        .createReadStream(path)
        .then(text)
        .catch(() => undefined);
      expect([undefined, 'inside']).toContain(content);
      if (content === 'inside') seen.inside += 1;
      else seen.refused += 1;

      const tried = await Promise.allSettled([
        files.writeFile(`victim/new${round % 7}`, 'new', { overwrite: true }),
        files.writeFile(`victim/sub/deep/new${round % 7}`, 'new', { overwrite: true }),
        files.makeDirectory(`victim/made${round % 7}`, { parents: true }),
        files.rename('victim/sub/file', 'victim/sub/file', { overwrite: true }),
      ]);
      await files.remove('victim/new3').catch(() => undefined);
      await files.removeTree(`victim/made${round % 7}`).catch(() => undefined);
      for (const outcome of tried)
        if (outcome.status === 'fulfilled') seen.written += 1;
        else seen.writesRefused += 1;
    }
    files.close();
    expect(await readdir(join(place, 'outside'), { recursive: true })).toEqual(['file', 'sub', 'sub/file']);
    expect(await readFile(join(place, 'outside/file'), 'utf8')).toBe('secret');
    expect(await readFile(join(place, 'outside/sub/file'), 'utf8')).toBe('secret');
    expect(seen.plainEscapes).toBeGreaterThan(0);
    expect(seen.inside).toBeGreaterThan(0);
    expect(seen.refused).toBeGreaterThan(0);
    expect(seen.written).toBeGreaterThan(0);
  });
});
