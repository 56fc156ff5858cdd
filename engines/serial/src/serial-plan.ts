import type { WorkflowDocument } from '@vre/engine-port';
import { pythonStr } from './python-values.ts';
import { substituteTemplate, TemplateError } from './string-template.ts';

export type SerialStep = {
  /** Position in the specification, from 0; FROM and TARGET do not shift it. */
  readonly index: number;
  /** '' when unnamed. */
  readonly name: string;
  readonly image: string;
  /** Parameters filled in. */
  readonly commands: readonly string[];
  /** The step's other keys, as written. */
  readonly options: Readonly<Record<string, unknown>>;
};

/** What a run will do: the selected steps, and how many steps the specification has in all. */
export type SerialPlan = { readonly steps: readonly SerialStep[]; readonly totalSteps: number };

type Outcome =
  | { readonly plan: SerialPlan; readonly problems: readonly [] }
  | { readonly plan: undefined; readonly problems: readonly string[] };

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readStep(value: unknown, index: number, problems: string[]): SerialStep | undefined {
  const where = `step ${index + 1}`;
  if (!isMap(value)) {
    problems.push(`${where} must be a map with environment and commands`);
    return undefined;
  }
  const { name = '', environment, commands, ...options } = value;
  const before = problems.length;
  if (typeof name !== 'string') problems.push(`${where}: name must be a string`);
  if (typeof environment !== 'string' || environment === '') {
    problems.push(`${where}: environment must name an image`);
  }
  const lines = Array.isArray(commands) && commands.length > 0 ? (commands as readonly unknown[]) : undefined;
  if (lines === undefined || !lines.every((line) => typeof line === 'string')) {
    problems.push(`${where}: commands must be a list of at least one string`);
  }
  if (problems.length > before) return undefined;
  return {
    index,
    name: name as string,
    image: environment as string,
    commands: lines as readonly string[],
    options,
  };
}

function fill(step: SerialStep, values: ReadonlyMap<string, string>, problems: string[]): SerialStep {
  const where = step.name === '' ? `step ${step.index + 1}` : `step ${step.name}`;
  const commands = step.commands.map((command) => {
    try {
      return substituteTemplate(command, values);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      problems.push(
        `Workflow parameter(s) could not be expanded: ${where}, command "${command}": ${error.message}`,
      );
      return command;
    }
  });
  return { ...step, commands };
}

function option(options: WorkflowDocument['options'], name: string): string | undefined {
  const value = options[name];
  return value === undefined || value === null || value === '' ? undefined : pythonStr(value);
}

function select(
  steps: readonly SerialStep[],
  options: WorkflowDocument['options'],
  problems: string[],
): readonly SerialStep[] {
  const position = (name: 'FROM' | 'TARGET') => {
    const wanted = option(options, name);
    if (wanted === undefined) return undefined;
    const index = steps.findIndex((step) => step.name === wanted);
    if (index >= 0) return index;
    const known = steps.map((step) => step.name).filter(Boolean);
    problems.push(`${name}: no step is called ${wanted}; the steps are ${known.join(', ') || 'all unnamed'}`);
    return undefined;
  };
  const first = position('FROM') ?? 0;
  const last = position('TARGET') ?? steps.length - 1;
  if (first > last) problems.push('TARGET comes before FROM: no step is left to run');
  return steps.slice(first, last + 1);
}

/**
 * Reads a serial specification, fills in the parameters of every step (also of those not selected, as
 * upstream does), and selects what FROM and TARGET leave.
 */
export function serialPlan(document: WorkflowDocument): Outcome {
  const { specification, parameters, options } = document;
  const listed = isMap(specification) ? specification.steps : undefined;
  if (!Array.isArray(listed) || listed.length === 0) {
    return { plan: undefined, problems: ['the specification must have at least one step under steps'] };
  }
  const problems: string[] = [];
  const values = new Map(Object.entries(parameters).map(([name, value]) => [name, pythonStr(value)]));
  const steps = listed
    .map((value: unknown, index) => readStep(value, index, problems))
    .filter((step) => step !== undefined)
    .map((step) => fill(step, values, problems));
  const selected = problems.length === 0 ? select(steps, options, problems) : [];
  return problems.length === 0
    ? { plan: { steps: selected, totalSteps: listed.length }, problems: [] }
    : { plan: undefined, problems };
}
