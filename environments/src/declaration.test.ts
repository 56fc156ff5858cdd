import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkLock, loadEnvironment, loadEnvironments } from './declaration.ts';

describe('the environments of the product', () => {
  it('are all readable, each with an exact lock', async () => {
    const environments = await loadEnvironments();
    expect(environments.filter(({ profile }) => !profile).map(({ name }) => name)).toEqual(
      ['km3net-data', 'lab', 'python', 'rucio-clients', 'reana-client'].sort(),
    );
  });
  it('hold the fourteen cards of the notebook service, in order', async () => {
    const cards = (await loadEnvironments())
      .filter(({ profile }) => profile !== undefined)
      .sort((one, other) => (one.profile?.order ?? 0) - (other.profile?.order ?? 0));
    expect(cards.map(({ name }) => name)).toEqual([
      'minimal',
      'python39',
      'root',
      'vo',
      'gamma-tools',
      'indirect-dm',
      'wdf',
      'compact-stars',
      'km3net',
      'km3net-cta',
      'lofar',
      'sdc1',
      'esap',
      'esap-astropy',
    ]);
    expect(new Set(cards.map(({ profile }) => profile?.order)).size).toBe(cards.length);
  });
  it('give every card what kernels need, and no JupyterLab, which lab has', async () => {
    for (const { name, profile, lock } of await loadEnvironments()) {
      if (profile === undefined) continue;
      for (const needed of ['ipykernel', 'pip']) expect(lock, name).toMatch(new RegExp(`^${needed}==`, 'm'));
      expect(lock, name).not.toMatch(/^jupyterlab==/m);
      if (profile.kernels.includes('root-cpp')) expect(lock, name).toMatch(/^metakernel==/m);
    }
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
