import { isEnded, type RunStatus, type Specification, validateSpecification } from '@vre/protocol-reana';

/** A run as stored. Times that have not come are null. */
export type Run = {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly major: number;
  readonly minor: number;
  readonly status: RunStatus;
  /** JSON text as the client sent it. */
  readonly specification: string;
  /** JSON text of the request that started it, null before. */
  readonly startRequest: string | null;
  readonly warnings: readonly string[];
  readonly workspaceId: string;
  readonly workspaceBytes: number;
  readonly createdAt: Date;
  readonly queuedAt: Date | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly stoppedAt: Date | null;
  readonly reason: string | null;
  readonly totalJobs: number;
  readonly currentCommand: string | null;
  readonly currentStepName: string | null;
};

/** `3`, or `3.2` for the second restart of the third run. */
export const runNumber = (run: Pick<Run, 'major' | 'minor'>): string =>
  run.minor === 0 ? String(run.major) : `${run.major}.${run.minor}`;

/** `name.3.2` */
export const fullName = (run: Pick<Run, 'name' | 'major' | 'minor'>): string =>
  `${run.name}.${runNumber(run)}`;

/** The specification of a stored run, which was judged when it was created. */
export function specificationOf(run: Pick<Run, 'specification'>): Specification {
  const { specification } = validateSpecification(JSON.parse(run.specification));
  if (specification === undefined) throw new Error('a stored specification is not valid any more');
  return specification;
}

type Values = Readonly<Record<string, unknown>>;
type RequestLike = { input_parameters?: Values | null; operational_options?: Values | null };
type SpecificationLike = { inputs?: { parameters?: Values | null; options?: Values | null } | null };

/** Parameters and options in force: those of the specification, overridden by those of the start. */
export function effectiveInputs(
  run: Pick<Run, 'specification' | 'startRequest'>,
  parse: (text: string) => unknown = JSON.parse,
): { readonly parameters: Values; readonly options: Values } {
  const { inputs } = parse(run.specification) as SpecificationLike;
  const request = (run.startRequest === null ? {} : parse(run.startRequest)) as RequestLike;
  return {
    parameters: { ...inputs?.parameters, ...request.input_parameters },
    options: { ...inputs?.options, ...request.operational_options },
  };
}

/** When it ended, however it ended. */
export const endedAt = (run: Run): Date | null =>
  isEnded(run.status) ? (run.finishedAt ?? run.stoppedAt) : null;
