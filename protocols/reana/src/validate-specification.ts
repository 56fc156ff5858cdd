import type { z } from 'zod';
import {
  knownKeys,
  type SerialStep,
  type Specification,
  serialSpecificationSchema,
  specificationSchema,
} from './specification-schema.ts';
import { unsafePath } from './workspace-path.ts';

/** What is wrong with a specification (it is refused) and what is odd about it (it is told, and runs). */
export type SpecificationVerdict = {
  readonly specification: Specification | undefined;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
};

/** Judges a specification in its JSON form; sentences name the place as a path such as `workflow.steps[0].commands`. */
export function validateSpecification(value: unknown): SpecificationVerdict {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return {
      specification: undefined,
      errors: ['The specification must be a map, as in reana.yaml.'],
      warnings: [],
    };
  }
  const parsed = specificationSchema.safeParse(value);
  if (!parsed.success) return { specification: undefined, errors: issues(parsed.error, ''), warnings: [] };
  const specification = parsed.data;
  const errors = [...pathProblems(specification)];
  const warnings = unknownKeys(specification);
  if (specification.workflow.type === 'serial') {
    const serial = serialSpecificationSchema.safeParse(specification.workflow.specification ?? {});
    if (serial.success) {
      warnings.push(...serial.data.steps.flatMap(stepWarnings));
    } else errors.push(...issues(serial.error, 'workflow.specification'));
  } else if (
    specification.workflow.file === undefined &&
    specification.workflow.specification === undefined
  ) {
    errors.push('workflow: needs "file" or "specification".');
  }
  return { specification, errors, warnings };
}

/** Steps of a serial specification that was judged fine. */
export function serialSteps(specification: Specification): readonly SerialStep[] {
  return serialSpecificationSchema.parse(specification.workflow.specification).steps;
}

function issues(error: z.ZodError, prefix: string): string[] {
  return error.issues.map((issue) => {
    const place = [prefix, ...issue.path].filter((part) => part !== '').reduce<string>(joinPath, '');
    const missing = issue.code === 'invalid_type' && issue.message.includes('received undefined');
    const last = issue.path.at(-1);
    if (missing && last === 'commands') return `${place}: a step needs at least one command.`;
    if (missing) return `${place}: is missing.`;
    if (issue.code === 'too_small' && last === 'commands')
      return `${place}: a step needs at least one command.`;
    return `${place}: ${issue.message}.`;
  });
}

const joinPath = (path: string, part: string | number | symbol): string =>
  typeof part === 'number' ? `${path}[${part}]` : path === '' ? String(part) : `${path}.${String(part)}`;

/** Paths must stay within the workspace, be named once and not lie within each other. */
function pathProblems({ inputs, outputs }: Specification): string[] {
  const problems: string[] = [];
  const judge = (place: string, paths: readonly string[] = []) => {
    for (const path of paths) {
      const reason = unsafePath(path);
      if (reason !== undefined) problems.push(`${place}: "${path}" ${reason}.`);
    }
  };
  judge('inputs.files', inputs?.files);
  judge('inputs.directories', inputs?.directories);
  judge('outputs.files', outputs?.files);
  judge('outputs.directories', outputs?.directories);
  judge(
    'inputs.data-lake',
    inputs?.['data-lake']?.map(({ target }) => target),
  );
  judge(
    'outputs.data-lake',
    outputs?.['data-lake']?.flatMap(({ files }) => files),
  );
  const seen = new Set<string>();
  for (const path of [...(inputs?.files ?? []), ...(inputs?.directories ?? [])].map(plain)) {
    if (seen.has(path)) problems.push(`inputs: "${path}" is named twice.`);
    seen.add(path);
  }
  for (const directory of (inputs?.directories ?? []).map(plain)) {
    const nested = [...seen].find((path) => path.startsWith(`${directory}/`));
    if (nested !== undefined)
      problems.push(`inputs: "${nested}" lies within the directory "${directory}", name one of them.`);
  }
  return problems;
}

const plain = (path: string): string => path.replace(/^\.\//, '').replace(/\/+$/, '');

function unknownKeys(specification: Specification): string[] {
  const places: readonly [keyof typeof knownKeys, unknown][] = [
    ['', specification],
    ['inputs', specification.inputs],
    ['workflow', specification.workflow],
    ['workflow.resources', specification.workflow.resources],
    ['outputs', specification.outputs],
    ['workspace', specification.workspace],
  ];
  return places.flatMap(([place, value]) =>
    Object.keys((value as object | undefined) ?? {})
      .filter((key) => !(knownKeys[place] as readonly string[]).includes(key))
      .map((key) => `${place === '' ? key : `${place}.${key}`}: this key is not known and has no effect.`),
  );
}

function stepWarnings(step: SerialStep, index: number): string[] {
  return Object.keys(step)
    .filter((key) => !(knownKeys.step as readonly string[]).includes(key))
    .map((key) => `workflow.specification.steps[${index}].${key}: this key is not known and has no effect.`);
}
