import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkLock, loadEnvironment, loadEnvironments } from './declaration.ts';

describe('the environments of the product', () => {
  it('are all readable, each with an exact lock', async () => {
    const environments = await loadEnvironments();
    expect(environments.map(({ name }) => name)).toEqual(
      ['km3net-data', 'lab', 'python', 'rucio-clients', 'reana-client'].sort(),
    );
  });
  it('keep the REANA client free of what needs a C compiler, and its pins', async () => {
    const { lock } = await loadEnvironment('reana-client');
    expect(lock).not.toMatch(/^datrie/m);
    expect(lock).toMatch(/^reana-client==0\.9\.6$/m);
    expect(Number(/^setuptools==(\d+)/m.exec(lock)?.[1])).toBeLessThan(81);
  });
});

describe('a lock', () => {
  it.each([['numpy>=2'], ['numpy'], ['-e .'], ['--index-url x'], ['numpy @ file:///numpy.whl']])(
    'refuses "%s"',
    (line) => {
      expect(() => checkLock('x', `scipy==1.0\n${line}\n`)).toThrow(line);
    },
  );
  it('takes markers', () => checkLock('x', "numpy==2.4.6 ; python_full_version < '3.12'\n"));
});

it('a declaration with an unknown key is refused by name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vre-declaration-'));
  try {
    await mkdir(join(folder, 'bad'));
    await writeFile(join(folder, 'bad', 'environment.yaml'), 'titel: x\n');
    await expect(loadEnvironments(folder)).rejects.toMatchObject({
      code: 'invalid-declaration',
      message: expect.stringContaining('titel'),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
