import { HubError } from '@vre/protocol-jupyterhub';

/** A value that a notebook's parameter can be given. */
export type ParameterValue = string | number | boolean;

export type NotebookRun = {
  /** File name of the notebook in the run's workspace. */
  readonly notebook: string;
  /** Environment card. */
  readonly environment: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** DIDs whose files are put into `data/` first. */
  readonly datasets: readonly string[];
  /** Dataset (`scope:name`) that the results go to. */
  readonly result: string | undefined;
  /** Files that the notebook writes and that are results, besides the notebook itself. */
  readonly files: readonly string[];
};

export const runnerName = 'run_notebook.py';
/** Where the notebook with its outputs is in the workspace. */
export const executedPath = (notebook: string): string => `results/${notebook}`;

/** The value of a parameter of the run, filled in by the workflow service. */
const reference = (name: string) => `\${${name}}`;

/** `dataset`, `dataset_2`, … : parameters by which the run can be repeated with other data. */
const datasetParameter = (index: number) => (index === 0 ? 'dataset' : `dataset_${index + 1}`);

/**
 * The `reana.yaml` of a notebook: one serial step in the card's environment. Parameters of the notebook are parameters
 * of the run, so that `reana-client restart -p NAME=VALUE` repeats it with others.
 * @throws HubError 400 for parameters that no shell word can carry.
 */
export function workflowOfNotebook(run: NotebookRun): Readonly<Record<string, unknown>> {
  const own = Object.entries(run.parameters);
  for (const [name, value] of own) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw new HubError(
        400,
        `${JSON.stringify(name)} cannot be a variable of a notebook: letters, digits and _.`,
      );
    if (/^(result_)?dataset(_\d+)?$/.test(name))
      throw new HubError(400, `The parameter ${name} is the run's own: give the data as dataset.`);
    if (/['\n$\\]/.test(String(value)))
      throw new HubError(
        400,
        `The value of ${name} holds a quote, a line end, $ or \\: write it into the notebook instead.`,
      );
  }
  const datasets = run.datasets.map((did, index) => [datasetParameter(index), did] as const);
  const result = run.result === undefined ? [] : [['result_dataset', run.result] as const];
  const words = own.map(([name]) => `'${name}=${reference(name)}'`);
  const output = executedPath(run.notebook);
  return {
    version: '0.9.4',
    inputs: {
      files: [run.notebook, runnerName],
      parameters: Object.fromEntries([...own, ...datasets, ...result]),
      ...(datasets.length === 0
        ? {}
        : { 'data-lake': datasets.map(([name]) => ({ did: reference(name), target: 'data/' })) }),
    },
    workflow: {
      type: 'serial',
      specification: {
        steps: [
          {
            name: 'notebook',
            environment: `vre/${run.environment}`,
            commands: [[`python ${runnerName} '${run.notebook}' '${output}'`, ...words].join(' ')],
          },
        ],
      },
    },
    outputs: {
      files: [output, ...run.files],
      ...(run.result === undefined
        ? {}
        : { 'data-lake': [{ dataset: reference('result_dataset'), files: [output, ...run.files] }] }),
    },
  };
}
