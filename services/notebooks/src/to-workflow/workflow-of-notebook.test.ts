import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { checkNotebook, readHomeNotebook } from './home-notebook.ts';
import { type NotebookRun, workflowOfNotebook } from './workflow-of-notebook.ts';

const run: NotebookRun = {
  notebook: 'fit.ipynb',
  environment: 'minimal',
  parameters: { threshold: 2.5, label: 'first try', strict: true },
  datasets: ['user.ada:sample', 'user.ada:background'],
  result: 'user.ada:fit',
  files: ['results/fit.json'],
};

describe('the workflow of a notebook', () => {
  it('is one step in the environment of the card, its parameters are those of the run', () => {
    const specification = workflowOfNotebook(run);
    expect(specification).toMatchObject({
      inputs: {
        files: ['fit.ipynb', 'run_notebook.py'],
        parameters: {
          threshold: 2.5,
          label: 'first try',
          strict: true,
          dataset: 'user.ada:sample',
          dataset_2: 'user.ada:background',
          result_dataset: 'user.ada:fit',
        },
        'data-lake': [
          { did: '$'.concat('{dataset}'), target: 'data/' },
          { did: '$'.concat('{dataset_2}'), target: 'data/' },
        ],
      },
      outputs: { 'data-lake': [{ files: ['results/fit.ipynb', 'results/fit.json'] }] },
    });
    const [step] = (specification['workflow'] as { specification: { steps: { commands: string[] }[] } })
      .specification.steps;
    expect(step).toMatchObject({ environment: 'vre/minimal' });
    expect(step?.commands[0]).toBe(
      "python run_notebook.py 'fit.ipynb' 'results/fit.ipynb' 'threshold=$".concat(
        "{threshold}' 'label=$",
        "{label}' 'strict=$",
        "{strict}'",
      ),
    );
  });

  test.each([
    [{ 'no-name': 1 }, /cannot be a variable/],
    [{ dataset: 'x:y' }, /the run's own/],
    [{ label: "it's" }, /holds a quote/],
    [{ label: '$(id)' }, /\$/],
  ])('refuses %o', (parameters, sentence) => {
    expect(() => workflowOfNotebook({ ...run, parameters: parameters as never })).toThrow(sentence);
  });
});

describe('a notebook of the home', () => {
  let home = '';
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'vre-home-'));
    await mkdir(join(home, 'work'));
    const notebook = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [] };
    await writeFile(join(home, 'work', 'a.ipynb'), JSON.stringify(notebook));
    await writeFile(join(home, 'text.ipynb'), 'no JSON');
    await symlink('/etc/passwd', join(home, 'link.ipynb'));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  it('is read by its path', async () => {
    expect(await readHomeNotebook(home, 'work/a.ipynb')).toMatchObject({ cells: [] });
  });
  test.each([
    ['none.ipynb', 404],
    ['work/a.ipynb/b', 404],
    ['text.ipynb', 400],
    ['link.ipynb', 400],
    ['../outside.ipynb', 400],
    ['work', 400],
  ])('%s is refused with %i', async (path, statusCode) => {
    await expect(readHomeNotebook(home, path)).rejects.toMatchObject({ statusCode });
  });
  it('must have a kernel that workflows run', () => {
    const metadata = { kernelspec: { name: 'root-cpp', language: 'c++' } };
    const notebook = { nbformat: 4, metadata, cells: [] };
    expect(() => checkNotebook(notebook, 'fit.ipynb')).toThrow(/kernel root-cpp: workflows run Python/);
  });
});
